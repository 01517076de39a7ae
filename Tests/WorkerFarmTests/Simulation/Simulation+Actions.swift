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
    case .send(let batch, let worker): try send(batch, to: worker)
    case .grant(let id, let bytes, let worker):
      try expect(jobs[try job(id)].demanded == bytes, "a grant of \(bytes) nobody asked for")
      workers[worker].grant = bytes
    case .kill(let worker): try kill(worker)
    case .retire(let worker): try retire(worker)
    case .failed(let batch, let failure):
      for offset in 0..<batch.count { try fail(try job(batch.id(offset)), failure) }
    case .retry(let batch, _, let due): try retry(batch, at: due)
    case .deliver(let batch, let stream): try deliver(batch, to: try self.stream(stream))
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

  private func send(_ batch: JobBatch, to id: WorkerID) throws {
    for offset in 0..<batch.count {
      let job = try job(batch.id(offset))
      try send(job, to: id)
      try expect(
        batch.attempts == jobs[job].attempts && batch.inputs.size(offset) == jobs[job].size,
        "job \(job) was sent as another")
    }
  }

  private func send(_ job: Int, to id: WorkerID) throws {
    let worker = workers[id]
    try expect(
      worker.state == .up && !worker.isKilled && !worker.isRetired && !isDoomed(id),
      "job \(job) is sent to worker \(id), which isn't ready")
    try expect(jobs[job].place == .waiting, "job \(job) is sent while it's \(jobs[job].place)")
    try expect(jobs[job].due <= now, "job \(job) is sent before its time")
    workers[id].begun += 1
    try expect(
      worker.begun <= policy.recycling.afterJobs ?? .max, "worker \(id) is sent more than its share"
    )
    try expect(!isOver(job), "job \(job) of a stopped stream is begun")
    try expect(!worker.runsAlone, "job \(job) is sent to a worker that runs another alone")
    if jobs[job].isSuspect || jobs[job].demanded > 0 {
      try expect(worker.jobs.isEmpty, "job \(job) isn't alone")
      try expect(worker.grant == jobs[job].demanded, "job \(job) isn't granted what it needs")
      workers[id].runsAlone = true
    } else {
      try expect(mayBegin(job), "job \(job) is begun though its stream holds too much")
      workers[id].wasFed = true
    }
    if worker.jobs.isEmpty {
      workers[id].since = now
      workers[id].seen = nil
    }
    workers[id].jobs.append(job)
    jobs[job].place = .sent(id)
    jobs[job].attempts += 1
    try expect(claimedMemory <= policy.memory ?? .max, "\(claimedMemory) bytes are claimed")
  }

  /// What busy workers may use: a share, or what was granted.
  var claimedMemory: Int {
    guard let memory = policy.memory else { return 0 }
    let share = memory / policy.workers
    return workers.reduce(0) { $0 + ($1.jobs.isEmpty ? 0 : max(share, $1.grant)) }
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
    let hasServed = workers[id].begun >= policy.recycling.afterJobs ?? .max
    try expect(
      isClosing || hasServed || wasShrunk, "worker \(id) is let go for no reason")
    try expect(workers[id].jobs.isEmpty, "worker \(id) is let go though it has jobs")
    try expect(workers[id].state != .absent, "worker \(id) is let go, but it isn't there")
    workers[id].isRetired = true
    workers[id].since = now
  }

  private func fail(_ job: Int, _ failure: JobFailure) throws {
    let place = jobs[job].place
    try expect(place == .waiting || place == .refused, "job \(job) fails while it's \(place)")
    let charge = jobs[job].charge
    switch failure {
    case .cancelled: try expect(isOver(job), "job \(job) is cancelled, but nobody stopped it")
    case .memoryLimit(let bytes, _):
      try expect(
        bytes == jobs[job].memory && bytes > policy.memory ?? .max, "job \(job) needs no \(bytes)")
    default:
      try expect(failure == charge, "job \(job) fails as \(failure), not as \(charge as Any)")
      try expect(
        !mayRetry(job) || isOver(job), "job \(job) fails though it has attempts left")
    }
    if failure != .cancelled { deathsInARow = 0 }
    jobs[job].place = .failed(failure)
    book(job, result: failure.textSize)
  }

  private func retry(_ batch: JobBatch, at due: UInt64) throws {
    try expect(batch.count == 1, "\(batch.count) jobs are tried again at once")
    let job = try job(batch.firstID)
    try expect(mayRetry(job) && !isOver(job), "job \(job) is tried again, against the rules")
    try expect(due == now + delay(of: job), "job \(job) is tried again at \(due)")
    jobs[job].place = .waiting
    jobs[job].due = due
  }

  /// Whether a job that has just failed may be tried again.
  func mayRetry(_ job: Int) -> Bool {
    guard let charge = jobs[job].charge, jobs[job].failures < policy.retry.attempts else {
      return false
    }
    return policy.retry.isRetried(charge)
  }

  private func delay(of job: Int) -> UInt64 {
    policy.retry.backoff.delay(after: jobs[job].failures)
  }

  private func deliver(_ batch: FinishedBatch, to stream: Int) throws {
    for offset in 0..<batch.count {
      let job = streams[stream].jobs[batch.firstIndex + offset]
      if case .outputs(let records) = batch.result {
        try expect(records.size(offset) == jobs[job].size, "job \(job) has another's output")
        try expect(jobs[job].place == .answered, "job \(job) has an output from nowhere")
      }
      try deliver(job, to: stream, attempts: batch.attempts)
    }
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
        deaths == deathsInARow && deaths > scheduler.restartBudget,
        "the pool gives up after \(deathsInARow) deaths in a row")
    case .noWorkerCanBeStarted:
      try expect(
        workers.allSatisfy { $0.state == .absent }, "the pool gives up while it has workers")
    }
    hasGivenUp = true
    killAll()
  }
}

extension JobBatch {
  func id(_ offset: Int) -> JobID { firstID.advanced(by: offset) }
}

extension Records {
  /// Records of these sizes, and without bytes: the scheduler never looks inside.
  init(sizes: [Int]) {
    let starts = sizes.reduce(into: [0]) { $0.append($0[$0.count - 1] + Self.lengthSize + $1) }
    self.init(chunk: RecordChunk(bytes: PiecedBytes(), starts: starts), range: 0..<sizes.count)
  }

  func size(_ index: Int) -> Int {
    var rest = self
    _ = rest.splitOff(first: index)
    return rest.splitOff(first: 1).byteCount
  }
}
