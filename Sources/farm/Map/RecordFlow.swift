import WorkerFarm

/// Where the threads of a run meet: one reads records, some have them run, one prints.
///
/// ```
///  reader ──► [ waiting ] ──► lanes ⇄ pool ──► [ held ] ──► [ ready ] ──► printer
///              bounded                          for their turn
/// ```
///
/// A pool pulls its input, and while it waits for some it hands out no results. But standard input may be slow,
/// as with `tail -f`. So a lane's sequence of jobs never waits: it ends when no record is there, and the next
/// record begins another lane. While records are always there, one lane does it all.
final class RecordFlow: Sendable {
  struct Limits {
    var workers: Int
    var isOrdered: Bool
    /// How often a record may be begun in all, after failures that may not come again.
    var attempts: Int
    var halt: Halt
  }

  struct Finished {
    var record: Record
    var result: RecordResult
  }

  /// A record on its way, with its place in the order of printing: numbers may be missing in the input where
  /// `--resume` skips some.
  struct Ticket {
    var record: Record
    var place: Int
    var attempts = 0
  }

  struct State {
    var waiting: [Ticket] = []
    /// Of `waiting`, those taken off at the front.
    var taken = 0
    var waitingBytes = 0
    var retries: [Ticket] = []
    var places = 0
    var inputEnded = false
    var readerWaits = false

    var lanes = 0
    var hasOpenLane = false
    var cancellers: [Int: RunCanceller] = [:]
    var nextLane = 0
    /// In the pool.
    var running = 0
    /// Begun and not yet printed.
    var unprinted = 0
    var unprintedBytes = 0
    /// How long the records took lately, as a moving average; nil before the first.
    var runTime: Duration?

    var held: [Int: Finished] = [:]
    var nextPlace = 0
    var ready: [Finished] = []

    var stopped = false
    var problem: String?
  }

  let limits: Limits
  let state = Monitor(State())
  let room = Monitor<State>.Condition()
  let output = Monitor<State>.Condition()

  /// Records read ahead; together some megabytes at most, whatever their number.
  static let mostWaiting = 8192
  static let mostWaitingBytes = 4 << 20
  /// Records begun and not printed. Well above what the pool takes in at once, or lanes would be opened for a
  /// handful of records each.
  static let mostUnprinted = 32_768
  static let mostUnprintedBytes = 64 << 20
  /// What takes longer than this goes to the pool one for each worker: a record that waited behind a long one
  /// at a busy worker couldn't go to an idle one. Less, and the time between two records would be felt.
  static let long = Duration.milliseconds(20)

  init(_ limits: Limits) { self.limits = limits }

  // MARK: The reader's side

  /// Hands over records; waits while there's no room. False if no more are wanted.
  func add(_ records: [Record]) -> Bool {
    state.wait(on: room) { state in
      if state.stopped { return false }
      let count = state.waiting.count - state.taken
      guard count < Self.mostWaiting, state.waitingBytes < Self.mostWaitingBytes else {
        state.readerWaits = true
        return nil
      }
      for record in records {
        state.waiting.append(Ticket(record: record, place: state.places))
        state.places += 1
        state.waitingBytes += record.bytes.count
      }
      return true
    }
  }

  func endInput(problem: String? = nil) {
    state.withLock { state in
      state.inputEnded = true
      if let problem { fail(&state, problem) }
    }
    output.signal()
  }

  func fail(_ state: inout State, _ problem: String) {
    state.problem = state.problem ?? problem
    _ = stop(&state)
  }

  var problem: String? { state.withLock { $0.problem } }
}

extension RecordFlow: Stoppable {
  func stop() {
    for canceller in state.withLock({ stop(&$0) }) { canceller.stop() }
    output.signal()
  }

  func abort() {
    for canceller in state.withLock({ stop(&$0) }) { canceller.abort() }
    output.signal()
  }

  /// Nothing is begun from now on.
  func stop(_ state: inout State) -> [RunCanceller] {
    state.stopped = true
    state.readerWaits = false
    room.signal()
    return Array(state.cancellers.values)
  }
}

extension RecordFlow.State {
  var hasWaiting: Bool { taken < waiting.count || !retries.isEmpty }
}

extension RecordFlow.Finished {
  var byteCount: Int { record.bytes.count + result.byteCount }
}
