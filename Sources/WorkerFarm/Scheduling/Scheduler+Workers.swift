import DequeModule

/// What workers do: they start, answer, and die.
extension Scheduler {
  mutating func workerReady(_ id: WorkerID, pid: Int32? = nil, now: Nanoseconds) {
    guard workers[id].phase == .starting else { return }
    workers[id].phase = .ready
    workers[id].pid = pid
    workers[id].since = now
    workers[id].readySince = now
  }

  /// Checks replies to consecutive jobs: a worker answers its jobs one by one in the order in which it got
  /// them.
  ///
  /// - Parameters:
  ///   - first: the first one's id.
  ///   - result: outputs, or one failure, which is the first one's alone.
  ///   - run: when they were read, and how long each took.
  mutating func replied(
    _ id: WorkerID, first: JobID, _ result: FinishedBatch.Result, _ run: Run
  ) throws(WireError) {
    var run = run
    run.workerPID = workers[id].pid
    switch result {
    case .failure(let failure):
      conclude(try takeFirst(1, from: first, of: id), failure, run, isSuspect: false)
    case .outputs(var records):
      var next = first
      // Usually all of them are of one batch.
      while records.count > 0 {
        let batch = try takeFirst(records.count, from: next, of: id)
        next = next.advanced(by: batch.count)
        finish(batch, .outputs(records.splitOff(first: batch.count)), run)
      }
    }
  }

  /// The worker is done with as many of its first jobs, but only of the first batch; the first must be this
  /// one.
  mutating func takeFirst(
    _ count: Int, from first: JobID, of id: WorkerID
  ) throws(WireError) -> JobBatch {
    guard let front = workers[id].inFlight.first, front.firstID == first else {
      throw .unexpectedJob(first.rawValue)
    }
    let taken =
      front.count <= count
      ? workers[id].inFlight.removeFirst()
      : workers[id].inFlight[0].splitOff(first: count)
    workers[id].inFlightJobs -= taken.count
    workers[id].inFlightBytes -= taken.size
    workers[id].isIsolated = false
    workers[id].memory = 0
    workers[id].repliesSinceSettled += taken.count
    deathsInARow = 0
    return taken
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

  /// A worker was let go or killed before it was started: it won't be, so its end needn't be waited for.
  mutating func workerNeverStarted(_ id: WorkerID) {
    workers[id] = Worker()
  }

  // MARK: Death

  /// A worker is dead, and everything it had written has been taken note of.
  ///
  /// - Parameters:
  ///   - running: the job it was running, if it was running one.
  ///   - death: what becomes of a job that has no attempts left.
  mutating func workerEnded(
    _ id: WorkerID, running: JobID?, death: JobFailure, now: Nanoseconds
  ) {
    var worker = workers[id]
    precondition(worker.phase != .absent, "worker \(id) died twice")
    // The job that seemed late was done, and its reply held back for a moment when this one began.
    if case .late(let late) = worker.killReason, let running,
      worker.inFlight.contains(where: { $0.contains(late) })
    {
      worker.killReason = .late(running)
    }
    workers[id] = Worker()
    if worker.phase != .retiring && worker.killReason != .recalled && !isClosing {
      deathsInARow += 1
    }
    let run = Run(endedAt: now, time: now &- worker.since, workerPID: worker.pid)
    // Backwards, because then each one's place in its queue is at the front.
    for batch in worker.inFlight.reversed() {
      takeBack(batch, from: worker, running: running, death, run)
    }
    if deathsInARow > restartBudget {
      giveUp(.restartBudgetSpent(deaths: deathsInARow))
    }
  }

  /// A job that comes back unbegun for ever kills its workers in some way that leaves no trace.
  static let returnsAllowed: UInt8 = 3

  /// Only the job that was running pays; those around it in its batch go back without it.
  private mutating func takeBack(
    _ batch: JobBatch, from worker: Worker, running: JobID?, _ death: JobFailure, _ run: Run
  ) {
    guard let job = running ?? worker.killReason?.lateJob, batch.contains(job) else {
      return takeBackUnbegun(batch, from: worker, death, run)
    }
    var behind = batch
    let ahead = behind.splitOff(first: Int(job.rawValue - batch.firstID.rawValue))
    var guilty = behind.splitOff(first: 1)
    if behind.count > 0 { takeBackUnbegun(behind, from: worker, death, run) }
    if running != nil || guilty.returns == Self.returnsAllowed {
      takeBackRunning(guilty, from: worker, death, run)
    } else {
      // It seemed late, but the worker hadn't begun it.
      guilty.returns += 1
      takeBackUnbegun(guilty, from: worker, death, run)
    }
    if ahead.count > 0 { takeBackUnbegun(ahead, from: worker, death, run) }
  }

  private mutating func takeBackRunning(
    _ job: JobBatch, from worker: Worker, _ death: JobFailure, _ run: Run
  ) {
    switch worker.killReason {
    case .recalled: giveBack(job, wasIsolated: worker.isIsolated)
    case .late(let late) where late != job.firstID: giveBack(job, wasIsolated: worker.isIsolated)
    case .late:
      let limit = index(of: job.stream).flatMap { streams[$0].timeout } ?? 0
      let failure = JobFailure.timedOut(after: .nanoseconds(Int64(clamping: limit)))
      conclude(job, failure, run, isSuspect: true)
    case .overMemory(let used, let allowed):
      conclude(job, .memoryLimit(needed: used, allowed: allowed), run, isSuspect: true)
    case .misconduct, .slow, nil: conclude(job, death, run, isSuspect: true)
    }
  }

  private mutating func takeBackUnbegun(
    _ batch: JobBatch, from worker: Worker, _ death: JobFailure, _ run: Run
  ) {
    var batch = batch
    switch worker.killReason {
    // Its end was the scheduler's own decision, and not because of these.
    case .recalled, .late:
      batch.attempts -= 1
      giveBack(batch, wasIsolated: worker.isIsolated)
    case .misconduct, .slow, .overMemory, nil:
      if batch.returns < Self.returnsAllowed {
        batch.attempts -= 1
        batch.returns += 1
        giveBack(batch, wasIsolated: worker.isIsolated)
      } else {
        var jobs: [JobBatch] = []
        while batch.count > 0 { jobs.append(batch.splitOff(first: 1)) }
        for job in jobs.reversed() { conclude(job, death, run, isSuspect: true) }
      }
    }
  }

  /// The job goes back free of charge.
  private mutating func giveBack(_ batch: JobBatch, wasIsolated: Bool) {
    if isOver(batch.stream) {
      finish(batch, .failure(.cancelled))
    } else if wasIsolated {
      if batch.isSuspect { suspects.prepend(batch) } else { large.prepend(batch) }
    } else if let index = index(of: batch.stream) {
      streams[index].queue.insert(batch)
    }
  }

  /// One job's attempt failed: it's tried again, or that's its outcome.
  ///
  /// - Parameter isSuspect: its worker ended with it.
  private mutating func conclude(
    _ job: JobBatch, _ failure: JobFailure, _ run: Run, isSuspect: Bool
  ) {
    var job = job
    job.failures += 1
    job.isSuspect = job.isSuspect || isSuspect
    if isOver(job.stream) && isSuspect {
      finish(job, .failure(.cancelled), run)
    } else if let delay = policy.retry.delay(after: failure, failures: job.failures),
      !isOver(job.stream)
    {
      let (due, overflow) = run.endedAt.addingReportingOverflow(delay)
      tryAgain(job, after: failure, at: overflow ? .max : due, isNow: delay == 0)
    } else {
      // A job that kills or blocks every worker is no reason to give up the others.
      deathsInARow = 0
      finish(job, .failure(failure), run)
    }
  }

  private mutating func tryAgain(
    _ job: JobBatch, after failure: JobFailure, at due: Nanoseconds, isNow: Bool
  ) {
    actions.append(.retry(job, after: failure, at: due))
    if isNow {
      requeue(job)
    } else {
      let place = delayed.firstIndex { $0.due > due } ?? delayed.endIndex
      delayed.insert((due, job), at: place)
    }
  }

  mutating func requeue(_ job: JobBatch) {
    if job.isSuspect {
      suspects.append(job)
    } else if job.memory > 0 {
      large.append(job)
    } else if let index = index(of: job.stream) {
      streams[index].queue.insert(job)
    }
  }

  func isOver(_ id: StreamID) -> Bool {
    index(of: id).map { streams[$0].isStopped } ?? true
  }

  mutating func giveUp(_ reason: Hopeless) {
    guard !hasGivenUp else { return }
    hasGivenUp = true
    actions.append(.giveUp(reason))
    killAll()
  }
}
