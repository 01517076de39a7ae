import Logging

/// What the scheduler asks for.
extension Engine {
  func perform() {
    while true {
      scheduler.takeActions(into: &actions)
      guard !actions.isEmpty else { return }
      for action in actions { perform(action) }
      actions.removeAll(keepingCapacity: true)
    }
  }

  private func perform(_ action: Scheduler.Action) {
    switch action {
    case .start(let worker): start(worker)
    case .send(let job, to: let worker): send(job, to: worker)
    case .kill(let worker): links[worker]?.child.killGroup()
    case .retire(let worker): links[worker]?.closeInput()
    case .fail(let job, let cause): fail(job, cause)
    case .deliver(let job, to: let stream, let attempts): deliver(job, to: stream, attempts)
    case .finish(let stream):
      streams[stream]?.isFinished = true
      streams[stream]?.isTouched = true
    case .giveUp(let reason): giveUp(reason)
    }
  }

  private func send(_ job: JobID, to worker: WorkerID) {
    guard let record = records[job.slot], let input = record.input,
      let channel = streams[record.stream]?.channel
    else { preconditionFailure("a job without an input was sent") }
    links[worker]?.enqueue(job, type: channel.jobName, payload: input)
  }

  private func fail(_ job: JobID, _ cause: Scheduler.Cause) {
    guard let stream = records[job.slot]?.stream else { return }
    let failure: JobFailure
    switch cause {
    case .cancelled: failure = .cancelled
    case .timedOut:
      let limit = streams[stream]?.channel.timeout ?? 0
      failure = .timedOut(after: .nanoseconds(Int64(clamping: limit)))
    case .crashed:
      failure =
        latestDeath.violation.map { .protocolViolation($0) }
        ?? .crashed(latestDeath.termination, lastWords: latestDeath.lastWords)
    }
    records[job.slot]?.finish(.failure(failure), at: MonotonicClock.now())
  }

  private func deliver(_ job: JobID, to id: StreamID, _ attempts: Int) {
    guard let record = records[job.slot], let result = record.result else {
      preconditionFailure("a job without a result was delivered")
    }
    records[job.slot] = nil
    streams[id]?.isTouched = true
    streams[id]?.outcomes.append(
      RawOutcome(
        index: record.index, result: result, attempts: attempts,
        queueTime: record.finishedAt - record.acceptedAt - record.runTime,
        runTime: record.runTime, workerPID: record.workerPID))
  }

  private func giveUp(_ reason: Scheduler.Hopeless) {
    switch reason {
    case .noWorkerCanBeStarted: error = .noWorkers(reason: latestProblem)
    case .restartBudgetSpent(let deaths):
      error = .workersKeepDying(deaths: deaths, last: latestProblem)
    }
    logger?.error("worker pool gave up: \(error.map(String.init(describing:)) ?? "")")
  }
}
