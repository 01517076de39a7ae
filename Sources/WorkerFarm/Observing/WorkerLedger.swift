/// The engine's account of its workers: who is where, and what they have done.
///
/// Kept whether anybody asks or not; so it's touched once for a batch, never for a job.
struct WorkerLedger {
  /// What a worker does with its time.
  private enum State { case absent, starting, waiting, busy }

  private struct Entry {
    var state = State.absent
    var since: Nanoseconds = 0
    /// It was asked to end, for this reason.
    var leave: WorkerEnding?
    /// The last job of the batch that it works at, when that was told.
    var startedBatch: JobID?
  }

  private var statistics: PoolStatistics
  private var entries: [Entry]
  private let createdAt: Nanoseconds
  private var lastSerial = 0

  init(places: Int, now: Nanoseconds) {
    statistics = PoolStatistics(places: (0..<places).map { PoolStatistics.Place(place: $0) })
    entries = Array(repeating: Entry(), count: places)
    createdAt = now
  }

  /// The worker that is there.
  func worker(at id: WorkerID) -> PoolWorker {
    guard let worker = statistics.places[id].worker else {
      preconditionFailure("nobody is at place \(id)")
    }
    return worker
  }

  // MARK: Workers

  mutating func started(_ id: WorkerID, pid: Int32?, now: Nanoseconds) {
    while id >= entries.count {
      entries.append(Entry())
      statistics.places.append(PoolStatistics.Place(place: statistics.places.count))
    }
    lastSerial += 1
    statistics.places[id].started += 1
    statistics.places[id].worker = PoolWorker(place: id, serial: lastSerial, pid: pid)
    entries[id] = Entry(state: .starting, since: now)
  }

  /// - Returns: how long it took.
  mutating func ready(_ id: WorkerID, now: Nanoseconds) -> Duration {
    let startUp = Duration.nanoseconds(now &- entries[id].since)
    change(id, to: .waiting, now: now)
    return startUp
  }

  /// It's asked to end.
  mutating func leaves(_ id: WorkerID, because reason: WorkerEnding) { entries[id].leave = reason }

  func leave(of id: WorkerID) -> WorkerEnding? { entries[id].leave }

  mutating func ended(_ id: WorkerID, _ ending: WorkerEnding, now: Nanoseconds) {
    if !ending.isOrderly { statistics.places[id].crashed += 1 }
    change(id, to: .absent, now: now)
    statistics.places[id].worker = nil
    entries[id] = Entry()
  }

  // MARK: Jobs

  /// It has something to do from then on, if it had nothing.
  ///
  /// - Returns: whether it had nothing.
  mutating func sent(_ id: WorkerID, at time: Nanoseconds) -> Bool {
    guard entries[id].state == .waiting else { return false }
    change(id, to: .busy, now: time)
    return true
  }

  /// It gave so many outputs.
  mutating func done(_ count: Int, at id: WorkerID) { statistics.places[id].jobsDone += count }

  /// Everything that was read from it is taken note of.
  mutating func settled(_ id: WorkerID, isIdle: Bool, now: Nanoseconds) {
    guard isIdle, entries[id].state == .busy else { return }
    change(id, to: .waiting, now: now)
    entries[id].startedBatch = nil
  }

  /// - Parameter place: where they ran; nil if they didn't.
  mutating func failed(_ count: Int, _ failure: JobFailure, at place: WorkerID?) {
    if failure == .cancelled {
      statistics.jobsCancelled += count
    } else if let place {
      statistics.places[place].jobsFailed += count
    } else {
      statistics.jobsFailedUnrun += count
    }
  }

  mutating func retried(_ count: Int, at place: WorkerID?) {
    if let place { statistics.places[place].retries += count }
  }

  mutating func sent(bytes count: Int, to id: WorkerID) {
    statistics.places[id].bytesSent += count
  }

  mutating func received(bytes count: Int, from id: WorkerID) {
    statistics.places[id].bytesReceived += count
  }

  /// Whether the beginning of this batch, or of its rest, wasn't told yet.
  mutating func begins(_ batch: JobBatch, at id: WorkerID) -> Bool {
    let last = batch.firstID.advanced(by: batch.count - 1)
    guard entries[id].startedBatch != last else { return false }
    entries[id].startedBatch = last
    return true
  }

  // MARK: Times

  /// Everything up to this moment.
  func snapshot(now: Nanoseconds) -> PoolStatistics {
    var copy = self
    for id in entries.indices { copy.change(id, to: entries[id].state, now: now) }
    copy.statistics.uptime = .nanoseconds(now &- createdAt)
    return copy.statistics
  }

  private mutating func change(_ id: WorkerID, to state: State, now: Nanoseconds) {
    // What was decided a moment ago may be noted after what was seen just now.
    let time = Duration.nanoseconds(now > entries[id].since ? now - entries[id].since : 0)
    switch entries[id].state {
    case .absent: break
    case .starting: statistics.places[id].startUp += time
    case .waiting: statistics.places[id].waiting += time
    case .busy: statistics.places[id].busy += time
    }
    entries[id].state = state
    entries[id].since = now
  }
}
