@testable import WorkerFarm

/// The engine's part: performs what the scheduler asks for, if it may ask for it.
extension Simulation {
  func perform() throws {
    while true {
      var taken = actions
      taken.removeAll(keepingCapacity: true)
      scheduler.takeActions(into: &taken)
      if taken.isEmpty { return }
      for action in taken { try perform(action) }
      actions = taken
    }
  }

  private func perform(_ action: Scheduler.Action) throws {
    note("\(action)")
    switch action {
    case .start(let worker): try start(worker)
    case .send(let id, let worker): try send(try job(id), to: worker)
    case .kill(let worker): try kill(worker)
    case .retire(let worker): try retire(worker)
    case .fail(let id, let cause): try fail(try job(id), cause)
    case .deliver(let id, let stream, let attempts):
      try deliver(try job(id), to: try self.stream(stream), attempts: attempts)
    case .finish(let id): try finish(try stream(id))
    case .giveUp(let reason): try giveUp(reason)
    }
  }

  private func start(_ id: WorkerID) throws {
    try expect(workers[id].state == .absent, "worker \(id) is started twice")
    if !isKind && chance(profile.unavailable) {
      wasRefused = true
      scheduler.workerUnavailable(id, now: now)
      return
    }
    workers[id].state = .starting
    workers[id].keepsPage = chance(profile.keepsPage)
    workers[id].since = now
  }

  private func send(_ job: Int, to id: WorkerID) throws {
    let worker = workers[id]
    try expect(
      worker.state == .up && !worker.isKilled && !worker.isRetired && !isDoomed(id),
      "job \(job) is sent to worker \(id), which isn't ready")
    try expect(jobs[job].place == .waiting, "job \(job) is sent while it's \(jobs[job].place)")
    try expect(!isOver(job), "job \(job) of a stopped stream is begun")
    try expect(!worker.runsSuspect, "job \(job) is sent to a worker that runs a suspect")
    if jobs[job].isSuspect {
      try expect(worker.jobs.isEmpty, "suspect \(job) isn't alone")
      workers[id].runsSuspect = true
    } else {
      try expect(mayBegin(job), "job \(job) is begun though its stream holds too much")
      workers[id].wasFed = true
    }
    if worker.jobs.isEmpty { workers[id].since = now }
    workers[id].jobs.append(job)
    jobs[job].place = .sent(id)
    jobs[job].attempts += 1
  }

  /// A stream that holds too many bytes of results begins only what all of them wait for.
  func mayBegin(_ job: Int) -> Bool {
    let stream = streams[jobs[job].stream]
    return stream.resultBytes < policy.window.bytes
      || (stream.isOrdered && stream.head == job && stream.unconsumed.isEmpty)
  }

  private func kill(_ id: WorkerID) throws {
    try expect(workers[id].state != .absent, "worker \(id) is killed, but it isn't there")
    try expect(!workers[id].isKilled, "worker \(id) is killed twice")
    try expect(isDoomed(id) || workers[id].isOverdue, "worker \(id) is killed without a reason")
    workers[id].isKilled = true
  }

  private func retire(_ id: WorkerID) throws {
    try expect(isClosing, "worker \(id) is let go before the pool is closed")
    try expect(workers[id].jobs.isEmpty, "worker \(id) is let go though it has jobs")
    try expect(workers[id].state != .absent, "worker \(id) is let go, but it isn't there")
    workers[id].isRetired = true
    workers[id].since = now
  }

  private func fail(_ job: Int, _ cause: Scheduler.Cause) throws {
    try expect(jobs[job].place == .waiting, "job \(job) fails while it's \(jobs[job].place)")
    let deaths = jobs[job].deaths
    switch cause {
    case .cancelled: try expect(isOver(job), "job \(job) is cancelled, but nobody stopped it")
    case .timedOut: try expect(deaths == .max, "job \(job) wasn't late, but timed out")
    case .crashed:
      try expect(
        deaths != .max && deaths >= policy.deathsAllowed,
        "job \(job) fails as crashed after \(deaths) deaths")
    }
    if cause != .cancelled { deathsInARow = 0 }
    jobs[job].place = .failed(cause)
    book(job, result: 0)
  }

  private func deliver(_ job: Int, to stream: Int, attempts: Int) throws {
    switch jobs[job].place {
    case .answered, .failed: break
    case let place: throw Breach(description: "job \(job) is delivered while it's \(place)")
    }
    try expect(jobs[job].stream == stream, "job \(job) is delivered to another stream")
    if streams[stream].isOrdered {
      try expect(streams[stream].head == job, "job \(job) is delivered out of turn")
    }
    try expect(
      attempts == jobs[job].attempts,
      "job \(job) was begun \(jobs[job].attempts) times, not \(attempts)")
    jobs[job].place = .delivered
    streams[stream].delivered += 1
    streams[stream].unconsumed.append(jobs[job].size)
  }

  private func finish(_ index: Int) throws {
    let stream = streams[index]
    try expect(!stream.isFinished, "stream \(stream.id) is finished twice")
    try expect(
      stream.inputEnded && stream.delivered == stream.submitted,
      "stream \(stream.id) is finished with \(stream.delivered) of \(stream.submitted) delivered")
    streams[index].isFinished = true
  }

  private func giveUp(_ reason: Scheduler.Hopeless) throws {
    try expect(!hasGivenUp, "the pool gives up twice")
    switch reason {
    case .restartBudgetSpent(let deaths):
      try expect(
        deaths == deathsInARow && deaths > policy.restartBudget,
        "the pool gives up after \(deathsInARow) deaths in a row")
    case .noWorkerCanBeStarted:
      try expect(
        workers.allSatisfy { $0.state == .absent }, "the pool gives up while it has workers")
    }
    hasGivenUp = true
    killAll()
  }
}
