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

  // MARK: The lanes' side

  /// Whether to begin a lane; the caller has to, if it's told so.
  func claimLane() -> Bool { state.withLock { claimLane(&$0) } }

  private func claimLane(_ state: inout State) -> Bool {
    // One more than workers: as long as a worker is idle, a lane is to be had.
    guard !state.hasOpenLane, state.hasWaiting, !state.stopped, mayBegin(state, anew: true),
      state.lanes <= limits.workers
    else { return false }
    state.hasOpenLane = true
    state.lanes += 1
    return true
  }

  /// There's no thread for a lane that was claimed. Those that run will claim another one.
  func abandonLane() {
    state.withLock { state in
      state.hasOpenLane = false
      state.lanes -= 1
      if state.lanes == 0 { fail(&state, "no thread can be started") }
    }
    output.signal()
  }

  /// The next record if one is there and may be begun; else the lane is closed.
  func pull() -> Ticket? {
    state.withLock { state in
      guard !state.stopped, mayBegin(state, anew: false), let ticket = next(&state) else {
        state.hasOpenLane = false
        return nil
      }
      state.running += 1
      state.unprinted += ticket.attempts == 0 ? 1 : 0
      state.unprintedBytes += ticket.record.bytes.count
      return ticket
    }
  }

  private func mayBegin(_ state: State, anew: Bool) -> Bool {
    // Half, so that a lane which is opened again has something to do.
    let most = anew ? Self.mostUnprinted / 2 : Self.mostUnprinted
    guard state.unprinted < most, state.unprintedBytes < Self.mostUnprintedBytes else {
      // But what has been printed already needs no room: or a retry would wait for itself.
      return !state.retries.isEmpty && state.running < limits.workers
    }
    let isLong = state.runTime.map { $0 > Self.long } ?? true
    return !isLong || state.running < limits.workers
  }

  private func next(_ state: inout State) -> Ticket? {
    if let ticket = state.retries.popLast() { return ticket }
    guard state.hasWaiting else { return nil }
    let ticket = state.waiting[state.taken]
    state.taken += 1
    state.waitingBytes -= ticket.record.bytes.count
    if state.taken == state.waiting.count || state.taken >= Self.mostWaiting {
      state.waiting.removeFirst(state.taken)
      state.taken = 0
    }
    if state.readerWaits, state.waiting.count - state.taken <= Self.mostWaiting / 2 {
      state.readerWaits = false
      room.signal()
    }
    return ticket
  }

  /// Takes note of a result.
  ///
  /// - Returns: whether to begin a lane, as ``claimLane()``.
  func finish(_ ticket: Ticket, _ result: RecordResult) -> Bool {
    let (cancellers, isClaimed) = state.withLock { state -> ([RunCanceller], Bool) in
      state.running -= 1
      state.unprintedBytes -= ticket.record.bytes.count
      note(result, &state)
      var result = result
      result.attempts += ticket.attempts
      if wantsRetry(result, state) {
        var again = ticket
        again.attempts = result.attempts
        state.retries.append(again)
        return ([], claimLane(&state))
      }
      let finished = Finished(record: ticket.record, result: result)
      state.unprintedBytes += finished.byteCount
      settle(finished, place: ticket.place, &state)
      guard case .failed = result.end, limits.halt != .never, !state.stopped else {
        return ([], claimLane(&state))
      }
      return (stop(&state), false)
    }
    for canceller in cancellers { limits.halt == .now ? canceller.abort() : canceller.stop() }
    output.signal()
    return isClaimed
  }

  private func note(_ result: RecordResult, _ state: inout State) {
    guard result.pid != nil else { return }
    state.runTime = state.runTime.map { ($0 * 7 + result.runTime) / 8 } ?? result.runTime
  }

  /// The one place that decides about trying again; the pool itself does so only after deaths.
  private func wantsRetry(_ result: RecordResult, _ state: State) -> Bool {
    guard case .failed(let failure) = result.end else { return false }
    return failure.mayRetry && result.attempts < limits.attempts && !state.stopped
  }

  private func settle(_ finished: Finished, place: Int, _ state: inout State) {
    guard limits.isOrdered else {
      state.ready.append(finished)
      return
    }
    state.held[place] = finished
    while let next = state.held.removeValue(forKey: state.nextPlace) {
      state.ready.append(next)
      state.nextPlace += 1
    }
  }

  /// A lane's run has begun; it's known by the number until it ends.
  func register(_ canceller: RunCanceller) -> Int {
    let (number, isLate) = state.withLock { state in
      state.nextLane += 1
      state.cancellers[state.nextLane] = canceller
      return (state.nextLane, state.stopped)
    }
    if isLate { canceller.stop() }
    return number
  }

  /// A lane's run has ended.
  func unregister(_ number: Int, problem: String?) {
    let cancellers = state.withLock { state -> [RunCanceller] in
      state.cancellers[number] = nil
      state.lanes -= 1
      guard let problem else { return [] }
      fail(&state, problem)
      return Array(state.cancellers.values)
    }
    for canceller in cancellers { canceller.stop() }
    output.signal()
  }

  private func fail(_ state: inout State, _ problem: String) {
    state.problem = state.problem ?? problem
    _ = stop(&state)
  }

  // MARK: The printer's side

  /// What is ready to be printed, after waiting for it; nil when no more will come.
  func takeReady() -> [Finished]? {
    state.wait(on: output) { state in
      let isOver = isOver(&state)
      guard !state.ready.isEmpty else { return isOver ? .some(nil) : nil }
      defer { state.ready = [] }
      return state.ready
    }
  }

  private func isOver(_ state: inout State) -> Bool {
    guard state.lanes == 0 else { return false }
    guard state.stopped else { return state.inputEnded && !state.hasWaiting }
    // Others ahead of them were never begun: their turn won't come.
    state.ready += state.held.sorted { $0.key < $1.key }.map(\.value)
    state.held = [:]
    return true
  }

  func printed(_ finished: [Finished]) {
    let bytes = finished.reduce(0) { $0 + $1.byteCount }
    state.withLock { state in
      state.unprinted -= finished.count
      state.unprintedBytes -= bytes
    }
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
  private func stop(_ state: inout State) -> [RunCanceller] {
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
