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
    finish(job, size: size)
  }

  /// All replies of one read are in: the next job's time begins now.
  mutating func settled(_ id: WorkerID, now: Nanoseconds) {
    guard workers[id].repliesSinceSettled > 0 else { return }
    pace.note(count: workers[id].repliesSinceSettled, elapsed: now &- workers[id].since)
    workers[id].repliesSinceSettled = 0
    workers[id].since = now
  }

  /// The process can't be started for want of resources: the pool goes on with fewer.
  mutating func workerUnavailable(_ id: WorkerID) {
    workers[id] = Worker()
    capacity -= 1
    if workers.allSatisfy({ $0.phase == .absent }) { giveUp(.noWorkerCanBeStarted) }
  }

  /// A worker is dead, and everything it had written has been taken note of.
  ///
  /// - Parameter running: the job it was running, if it was running one.
  mutating func workerEnded(_ id: WorkerID, running: JobID?) {
    let worker = workers[id]
    precondition(worker.phase != .absent, "worker \(id) died twice")
    workers[id] = Worker()
    let guilty = running.flatMap { worker.inFlight.contains($0) ? $0 : nil }
    if worker.phase != .retiring && !isClosing { deathsInARow += 1 }
    // Backwards, because each one goes to the front of its queue.
    for job in worker.inFlight.reversed() {
      if job == guilty && worker.timedOut {
        actions.append(.fail(job, .timedOut))
        finish(job, size: 0)
      } else if job == guilty || jobs[job].returns == Self.returnsAllowed {
        charge(job)
      } else {
        giveBack(job, wasIsolated: worker.isIsolated)
      }
    }
    if deathsInARow > policy.restartBudget {
      giveUp(.restartBudgetSpent(deaths: deathsInARow))
    }
    retireIfIdle()
  }

  /// A job that comes back unbegun for ever kills its workers in some way that leaves no trace.
  static let returnsAllowed: UInt8 = 3

  /// The job's worker died while it ran.
  private mutating func charge(_ job: JobID) {
    jobs[job].deaths += 1
    if isBeyondRetry(job) {
      let cause: Cause = isOver(jobs[job].stream) ? .cancelled : .crashed
      actions.append(.fail(job, cause))
      finish(job, size: 0)
    } else {
      jobs[job].phase = .queued
      retries.append(job)
    }
  }

  private func isBeyondRetry(_ job: JobID) -> Bool {
    Int(jobs[job].deaths) >= policy.deathsAllowed || isOver(jobs[job].stream) || hasGivenUp
  }

  /// The job wasn't begun, so it goes back free of charge.
  private mutating func giveBack(_ job: JobID, wasIsolated: Bool) {
    var entry = jobs[job]
    entry.phase = .queued
    entry.returns += 1
    entry.attempts -= 1
    jobs[job] = entry
    if isOver(entry.stream) {
      actions.append(.fail(job, .cancelled))
      finish(job, size: 0)
    } else if wasIsolated {
      retries.prepend(job)
    } else if let index = index(of: entry.stream) {
      streams[index].queue.prepend(job)
    }
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
      workers[index].timedOut = workers[index].phase != .starting
      kill(index)
    }
  }

  private func deadline(of worker: Worker) -> Nanoseconds? {
    let allowance: Nanoseconds?
    switch worker.phase {
    case .starting: allowance = policy.startTimeout
    case .ready, .retiring:
      allowance = worker.inFlight.first
        .flatMap { index(of: jobs[$0].stream) }.flatMap { streams[$0].timeout }
    case .absent, .dying: allowance = nil
    }
    guard let allowance else { return nil }
    let (sum, overflow) = worker.since.addingReportingOverflow(allowance)
    return overflow ? nil : sum
  }
}
