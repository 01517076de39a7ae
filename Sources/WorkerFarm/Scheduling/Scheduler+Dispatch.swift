import DequeModule

/// Which job goes to which worker, and how many workers there should be.
extension Scheduler {
  /// Bytes in flight at one worker after which it's sent no more jobs, however short they are: a
  /// pipe's worth, which keeps a worker busy while the coordinator looks elsewhere.
  static let inFlightBytes = 1 << 20

  /// Starts and feeds workers as far as there is work that may be begun, and lets them go when there'll
  /// be none.
  mutating func dispatch(now: Nanoseconds) {
    retireIfIdle(now: now)
    guard !hasGivenUp else { return }
    startWorkers(now: now)
    dispatchRetries(now: now)
    dispatchQueued(now: now)
  }

  private mutating func retireIfIdle(now: Nanoseconds) {
    guard isClosing, jobs.count == 0, streams.isEmpty else { return }
    for index in workers.indices {
      guard workers[index].phase == .starting || workers[index].phase == .ready else { continue }
      workers[index].phase = .retiring
      workers[index].since = now
      actions.append(.retire(index))
    }
  }

  /// As many as could have a job each, and fresh ones for jobs that are under suspicion.
  private mutating func startWorkers(now: Nanoseconds) {
    var alive = workers.count { $0.phase != .absent }
    let waiting = streams.reduce(retries.count) { $0 + $1.queue.count }
    let busy = workers.count { !$0.inFlight.isEmpty }
    let fresh = workers.count {
      $0.phase == .starting || ($0.phase == .ready && !$0.hasBegunWork)
    }
    let wanted = min(capacity, max(waiting + busy, alive + retries.count - fresh))
    for index in workers.indices where alive < wanted && workers[index].phase == .absent {
      workers[index] = Worker(phase: .starting, since: now)
      actions.append(.start(index))
      alive += 1
    }
  }

  /// Suspected jobs run alone, if possible on a worker that has done nothing yet.
  private mutating func dispatchRetries(now: Nanoseconds) {
    let freshOnesAreComing = workers.contains { $0.phase == .starting }
    while let job = retries.first {
      guard
        let index = idleWorker(fresh: true) ?? (freshOnesAreComing ? nil : idleWorker(fresh: false))
      else { return }
      retries.removeFirst()
      workers[index].isIsolated = true
      send(job, to: index, now: now)
    }
  }

  /// The worker that will be the first to have nothing to do, if suspected jobs wait for one: it isn't
  /// given more, or they might wait as long as there's other work.
  private var workerReservedForRetries: WorkerID? {
    guard !retries.isEmpty, !workers.contains(where: { $0.phase == .starting }) else { return nil }
    return workers.indices.filter { workers[$0].phase == .ready }
      .min { workers[$0].inFlight.count < workers[$1].inFlight.count }
  }

  private func idleWorker(fresh: Bool) -> WorkerID? {
    workers.indices.first { index in
      workers[index].phase == .ready && workers[index].inFlight.isEmpty
        && !(fresh && workers[index].hasBegunWork)
    }
  }

  /// Fills each worker up to its share: as deep as the pace allows, but no worker gets a second job
  /// while another could have it as its first.
  private mutating func dispatchQueued(now: Nanoseconds) {
    adaptWindows()
    let available = streams.indices.reduce(0) { $0 + self.available(in: $1) }
    guard available > 0 else { return }
    let reserved = workerReservedForRetries
    var parties = 0
    var inFlight = 0
    for index in workers.indices
    where index != reserved && (canTakeMore(index) || workers[index].phase == .starting) {
      parties += 1
      inFlight += workers[index].inFlight.count
    }
    guard parties > 0 else { return }
    let share = min(pace.depth, (inFlight + available + parties - 1) / parties)
    // In turns over streams, so that a long one doesn't starve a short one.
    var turn = 0
    for index in workers.indices where index != reserved {
      while workers[index].inFlight.count < share, canTakeMore(index),
        let job = nextQueued(&turn)
      {
        send(job, to: index, now: now)
      }
    }
  }

  private func canTakeMore(_ index: WorkerID) -> Bool {
    workers[index].phase == .ready && !workers[index].isIsolated
      && (workers[index].inFlight.isEmpty || workers[index].inFlightBytes < Self.inFlightBytes)
  }

  private func available(in index: Int) -> Int {
    guard streams[index].window.isOverfull else { return streams[index].queue.count }
    return allResultsWaitForQueued(index) ? 1 : 0
  }

  /// An overfull stream may begin nothing but the job that all its results wait for; that one it must
  /// begin, or it would wait for ever. While the consumer has results to take it may not even that.
  private func allResultsWaitForQueued(_ index: Int) -> Bool {
    guard let next = streams[index].queue.first else { return false }
    return streams[index].order.first == next
      && streams[index].undelivered == streams[index].window.liveJobs
  }

  private mutating func nextQueued(_ turn: inout Int) -> JobID? {
    for _ in streams.indices {
      let index = turn % streams.count
      turn += 1
      if available(in: index) > 0 { return streams[index].queue.popFirst() }
    }
    return nil
  }

  private mutating func send(_ job: JobID, to index: WorkerID, now: Nanoseconds) {
    var entry = jobs[job]
    entry.phase = .inFlight
    entry.attempts += 1
    jobs[job] = entry
    if workers[index].inFlight.isEmpty { workers[index].since = now }
    workers[index].hasBegunWork = true
    workers[index].inFlight.append(job)
    workers[index].inFlightBytes += entry.size
    actions.append(.send(job, to: index))
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
