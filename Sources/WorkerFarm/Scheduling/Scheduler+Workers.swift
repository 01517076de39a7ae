import DequeModule

/// What workers do: they start, answer, and die.
extension Scheduler {
  mutating func workerReady(_ id: WorkerID, now: Nanoseconds) {
    guard workers[id].phase == .starting else { return }
    workers[id].phase = .ready
    workers[id].since = now
  }

  /// Checks a reply: a worker answers its jobs one by one in the order in which it got them.
  ///
  /// - Parameter size: bytes of the output or failure.
  mutating func replied(_ id: WorkerID, job: JobID, size: Int) throws(WireError) {
    guard workers[id].inFlight.first == job else { throw .unexpectedJob(job.rawValue) }
    workers[id].inFlight.removeFirst()
    workers[id].inFlightBytes -= jobs[job].size
    workers[id].isIsolated = false
    workers[id].repliesSinceSettled += 1
    deathsInARow = 0
    finish(job, size: size)
  }

  /// All replies of one read are in: the next job's time begins now.
  mutating func settled(_ id: WorkerID, now: Nanoseconds) {
    guard workers[id].repliesSinceSettled > 0 else { return }
    pace.note(count: workers[id].repliesSinceSettled, elapsed: now &- workers[id].since)
    workers[id].repliesSinceSettled = 0
    workers[id].since = now
    recallIfAborted(id)
  }

  /// The process can't be started for want of resources: the pool goes on with fewer.
  mutating func workerUnavailable(_ id: WorkerID, now: Nanoseconds) {
    workers[id] = Worker()
    capacity -= 1
    if workers.allSatisfy({ $0.phase == .absent }) { giveUp(.noWorkerCanBeStarted) }
    // What was kept for this worker goes to another; nothing else may happen that would see to it.
    dispatch(now: now)
  }

  /// A worker is dead, and everything it had written has been taken note of.
  ///
  /// - Parameter running: the job it was running, if it was running one.
  mutating func workerEnded(_ id: WorkerID, running: JobID?) {
    var worker = workers[id]
    precondition(worker.phase != .absent, "worker \(id) died twice")
    // The job that seemed late was done, and its reply held back for a moment when this one began.
    if case .late(let late) = worker.killReason, let running, worker.inFlight.contains(late) {
      worker.killReason = .late(running)
    }
    workers[id] = Worker()
    if worker.phase != .retiring && worker.killReason != .recalled && !isClosing {
      deathsInARow += 1
    }
    // Backwards, because then each one's place in its queue is at the front.
    for job in worker.inFlight.reversed() {
      takeBack(job, from: worker, wasRunning: job == running)
    }
    if deathsInARow > policy.restartBudget {
      giveUp(.restartBudgetSpent(deaths: deathsInARow))
    }
  }

  /// A job that comes back unbegun for ever kills its workers in some way that leaves no trace.
  static let returnsAllowed: UInt8 = 3

  private mutating func takeBack(_ job: JobID, from worker: Worker, wasRunning: Bool) {
    if worker.killReason?.clears(job) ?? false {
      giveBack(job, wasBegun: wasRunning, wasIsolated: worker.isIsolated)
    } else if wasRunning || jobs[job].returns == Self.returnsAllowed {
      if worker.killReason == .late(job) { fail(job, .timedOut) } else { charge(job) }
    } else {
      jobs[job].returns += 1
      giveBack(job, wasBegun: false, wasIsolated: worker.isIsolated)
    }
  }

  /// The job's worker died while it ran.
  private mutating func charge(_ job: JobID) {
    jobs[job].deaths += 1
    if isOver(jobs[job].stream) {
      fail(job, .cancelled)
    } else if Int(jobs[job].deaths) >= policy.deathsAllowed {
      fail(job, .crashed)
    } else {
      jobs[job].phase = .queued
      retries.append(job)
    }
  }

  /// The job goes back free of charge.
  private mutating func giveBack(_ job: JobID, wasBegun: Bool, wasIsolated: Bool) {
    jobs[job].phase = .queued
    if !wasBegun { jobs[job].attempts -= 1 }
    let stream = jobs[job].stream
    if isOver(stream) {
      fail(job, .cancelled)
    } else if wasIsolated {
      retries.prepend(job)
    } else if let index = index(of: stream) {
      streams[index].queue.insert(job, at: place(of: job, in: streams[index].queue))
    }
  }

  /// In the order of submission: several workers may return theirs in any order.
  private func place(of job: JobID, in queue: Deque<JobID>) -> Int {
    let position = jobs[job].index
    return queue.firstIndex { jobs[$0].index > position } ?? queue.endIndex
  }

  private mutating func fail(_ job: JobID, _ cause: Cause) {
    actions.append(.fail(job, cause))
    // A job that kills or blocks every worker is no reason to give up the others.
    if cause != .cancelled { deathsInARow = 0 }
    finish(job, size: 0)
  }

  private func isOver(_ id: StreamID) -> Bool {
    index(of: id).map { streams[$0].isStopped } ?? true
  }

  mutating func giveUp(_ reason: Hopeless) {
    guard !hasGivenUp else { return }
    hasGivenUp = true
    actions.append(.giveUp(reason))
    killAll()
  }

  // MARK: Time

  /// When ``tick(now:)`` should be called at the latest; nil if nothing can be late.
  var nextDeadline: Nanoseconds? {
    var next: Nanoseconds?
    for worker in workers {
      guard let deadline = deadline(of: worker) else { continue }
      next = min(next ?? .max, deadline)
    }
    return next
  }

  /// Kills whoever is late.
  mutating func tick(now: Nanoseconds) {
    for index in workers.indices {
      guard let deadline = deadline(of: workers[index]), deadline <= now else { continue }
      if let job = workers[index].inFlight.first {
        kill(index, .late(job))
      } else {
        kill(index, .slow)
      }
    }
  }

  private func deadline(of worker: Worker) -> Nanoseconds? {
    let allowance: Nanoseconds?
    switch worker.phase {
    case .starting: allowance = policy.startTimeout
    case .retiring: allowance = policy.retireTimeout
    case .ready:
      allowance = worker.inFlight.first
        .flatMap { index(of: jobs[$0].stream) }.flatMap { streams[$0].timeout }
    case .absent, .dying: allowance = nil
    }
    guard let allowance else { return nil }
    let (sum, overflow) = worker.since.addingReportingOverflow(allowance)
    return overflow ? nil : sum
  }
}
