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
    case .send(let batch, to: let worker): send(batch, to: worker)
    case .grant(let job, let bytes, to: let worker): links[worker]?.limitMemory(to: bytes, for: job)
    case .kill(let worker): links[worker]?.body.kill()
    case .retire(let worker):
      noteLeave(worker)
      links[worker]?.closeInput()
    case .deliver(let batch, to: let stream):
      streams[stream]?.isTouched = true
      streams[stream]?.outcomes.append(batch)
    case .finish(let stream):
      streams[stream]?.isFinished = true
      streams[stream]?.isTouched = true
      observers.tell(.callEnded(stream, at: .now))
    case .failed(let batch, let failure): noteFailed(batch, failure)
    case .retry(let batch, after: let failure, at: let due): noteRetry(batch, failure, due)
    case .giveUp(let reason): giveUp(reason)
    }
  }

  private func send(_ batch: JobBatch, to worker: WorkerID) {
    guard let channel = streams[batch.stream]?.channel else {
      preconditionFailure("jobs of a stream that isn't open were sent")
    }
    links[worker]?.enqueue(
      batch, type: channel.jobName, sharingFrames: configuration.sharesFrames)
    noteSent(batch, to: worker)
  }

  private func giveUp(_ reason: Scheduler.Hopeless) {
    switch reason {
    case .noWorkerCanBeStarted: error = .noWorkers(reason: latestProblem)
    case .restartBudgetSpent(let deaths):
      error = .workersKeepDying(deaths: deaths, last: latestProblem)
    }
    if let error { noteGivingUp(error) }
  }
}
