import DequeModule

/// Which job goes to which worker, and how many workers there should be.
extension Scheduler {
  /// Bytes in flight at one worker after which it's sent no third job, however short they are: more than
  /// a pipe's worth, which keeps a worker busy while the coordinator looks elsewhere.
  static let inFlightBytes = 1 << 20

  /// Starts and feeds workers as far as there is work that may be begun, and lets them go when there'll
  /// be none.
  mutating func dispatch(now: Nanoseconds) {
    retireIfIdle(now: now)
    retireWorn(now: now)
    guard !hasGivenUp else { return }
    startWorkers(now: now)
    dispatchSuspects(now: now)
    dispatchLarge(now: now)
    if !drainsForMemory { dispatchQueued(now: now) }
  }

  private mutating func retireIfIdle(now: Nanoseconds) {
    guard isClosing, streams.isEmpty else { return }
    for index in workers.indices
    where workers[index].phase == .starting || workers[index].phase == .ready {
      retire(index, now: now)
    }
  }

  /// As many as could have a job each, and fresh ones for jobs that are under suspicion.
  private mutating func startWorkers(now: Nanoseconds) {
    var alive = workers.count { $0.phase != .absent }
    let waiting = streams.reduce(suspects.count + large.count) { $0 + $1.queue.count }
    let busy = workers.count { !$0.inFlight.isEmpty }
    let fresh = workers.count {
      $0.phase == .starting || ($0.phase == .ready && $0.jobsBegun == 0)
    }
    let wanted = min(capacity, max(waiting + busy, alive + suspects.count - fresh))
    for index in workers.indices where alive < wanted && workers[index].phase == .absent {
      workers[index] = Worker(phase: .starting, since: now)
      actions.append(.start(index))
      alive += 1
    }
  }

  /// Suspected jobs run alone, if possible on a worker that has done nothing yet.
  private mutating func dispatchSuspects(now: Nanoseconds) {
    let freshOnesAreComing = workers.contains { $0.phase == .starting }
    while let job = suspects.first {
      guard hasMemory(job.memory),
        let index = idleWorker(fresh: true) ?? (freshOnesAreComing ? nil : idleWorker(fresh: false))
      else { return }
      suspects.removeFirst()
      sendAlone(job, to: index, now: now)
    }
  }

  mutating func sendAlone(_ job: JobBatch, to index: WorkerID, now: Nanoseconds) {
    workers[index].isIsolated = true
    if job.memory > memoryShare ?? 0 {
      workers[index].memory = job.memory
      actions.append(.grant(job.firstID, bytes: job.memory, to: index))
    }
    send(job, to: index, now: now)
  }

  /// The worker that will be the first to have nothing to do, if suspected jobs wait for one: it isn't
  /// given more, or they might wait as long as there's other work.
  private var workerReservedForSuspects: WorkerID? {
    guard !suspects.isEmpty, !workers.contains(where: { $0.phase == .starting }) else { return nil }
    return workers.indices.filter { workers[$0].phase == .ready && !workers[$0].isWorn }
      .min { workers[$0].inFlightJobs < workers[$1].inFlightJobs }
  }

  func idleWorker(fresh: Bool) -> WorkerID? {
    workers.indices.first { index in
      workers[index].phase == .ready && workers[index].inFlight.isEmpty && !workers[index].isWorn
        && !(fresh && workers[index].jobsBegun > 0)
    }
  }

  /// Fills each worker up to its share: as deep as the pace allows, but no worker gets a second job
  /// while another could have it as its first.
  private mutating func dispatchQueued(now: Nanoseconds) {
    adaptWindows()
    let available = streams.indices.reduce(0) { $0 + self.available(in: $1) }
    guard available > 0 else { return }
    let reserved = workerReservedForSuspects
    var parties = 0
    var inFlight = 0
    var idle = 0
    for index in workers.indices
    where index != reserved && (canTakeMore(index) || workers[index].phase == .starting) {
      parties += 1
      inFlight += workers[index].inFlightJobs
      if workers[index].inFlight.isEmpty { idle += 1 }
    }
    guard parties > 0 else { return }
    let share = min(pace.depth, (inFlight + available + parties - 1) / parties)
    // Those that start count: a job behind a long one would wait for it, and nobody could take it away again.
    var spare = max(0, available - idle)
    // In turns over streams, so that a long one doesn't starve a short one.
    var turn = 0
    for index in workers.indices where index != reserved {
      // A busy worker has its share already.
      if workers[index].inFlight.isEmpty && !hasMemory(0) { continue }
      // Nor is it fed by crumbs: a batch costs the same however small it is.
      if workers[index].inFlightJobs > share / 2 { continue }
      fill(index, upTo: share, &turn, &spare, now: now)
    }
  }

  /// - Parameter spare: how many jobs may be a worker's second or a later one.
  private mutating func fill(
    _ index: WorkerID, upTo share: Int, _ turn: inout Int, _ spare: inout Int, now: Nanoseconds
  ) {
    while canTakeMore(index) {
      let first = workers[index].inFlight.isEmpty ? 1 : 0
      let room = min(
        share - workers[index].inFlightJobs, jobsLeft(workers[index]), first + spare)
      guard room > 0, let batch = nextQueued(&turn, atMost: room) else { return }
      send(batch, to: index, now: now)
      spare -= batch.count - first
    }
  }

  private func canTakeMore(_ index: WorkerID) -> Bool {
    let worker = workers[index]
    return worker.phase == .ready && !worker.isIsolated && !worker.isWorn
      && (worker.inFlightJobs < Pace.shallowest || worker.inFlightBytes < Self.inFlightBytes)
  }

  /// How many jobs of the stream may be begun now.
  private func available(in index: Int) -> Int {
    guard streams[index].window.isOverfull else { return streams[index].queue.count }
    return allResultsWaitForQueued(index) ? 1 : 0
  }

  /// An overfull stream may begin nothing but the job that all its results wait for; that one it must
  /// begin, or it would wait for ever. While the consumer has results to take it may not even that.
  private func allResultsWaitForQueued(_ index: Int) -> Bool {
    guard streams[index].isOrdered, let next = streams[index].queue.first else { return false }
    return next.firstIndex == streams[index].nextIndex
      && streams[index].undelivered == streams[index].window.liveJobs
  }

  private mutating func nextQueued(_ turn: inout Int, atMost limit: Int) -> JobBatch? {
    for _ in streams.indices {
      let index = turn % streams.count
      turn += 1
      let available = available(in: index)
      if available > 0 {
        return streams[index].queue.popFirst(atMost: min(limit, available))
      }
    }
    return nil
  }

  private mutating func send(_ batch: JobBatch, to index: WorkerID, now: Nanoseconds) {
    actions.append(.send(begin(batch, at: index, now: now), to: index))
  }

  /// From now on the worker has the batch.
  mutating func begin(_ batch: JobBatch, at index: WorkerID, now: Nanoseconds) -> JobBatch {
    var batch = batch
    batch.attempts += 1
    if workers[index].inFlight.isEmpty {
      workers[index].since = now
      workers[index].seen = nil
    }
    workers[index].jobsBegun += batch.count
    workers[index].inFlight.append(batch)
    workers[index].inFlightJobs += batch.count
    workers[index].inFlightBytes += batch.size
    return batch
  }

  /// A window smaller than what the workers hold in flight would let them wait.
  private mutating func adaptWindows() {
    guard policy.windowAdapts else { return }
    let wanted = 2 * capacity * pace.depth
    for index in streams.indices where streams[index].window.jobs < wanted {
      streams[index].window.jobs = wanted
    }
  }
}
