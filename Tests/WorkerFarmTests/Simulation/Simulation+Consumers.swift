@testable import WorkerFarm

/// What consumers do.
extension Simulation {
  func openStream() {
    let timeout = chance(profile.hasTimeout) ? UInt64(pick(5...60)) : nil
    let isOrdered = chance(profile.isOrdered)
    let id = scheduler.open(isOrdered: isOrdered, timeout: timeout)
    let stream = VirtualStream(
      id: id, isOrdered: isOrdered, timeout: timeout, length: pick(profile.jobsPerStream))
    stream.room = scheduler.room(of: id)
    streams.append(stream)
    note("stream \(id) opens: \(stream.length) jobs, ordered: \(isOrdered)")
  }

  /// Submits as a consumer does who was told of the room a while ago.
  func submit(_ index: Int) throws {
    var count = pick(1...6)
    while count > 0, streams[index].submitted < streams[index].length,
      streams[index].room.jobs > 0
    {
      guard scheduler.takesInputs(of: streams[index].id) else { return }
      try submitOne(index)
      count -= 1
    }
    if streams[index].submitted == streams[index].length && chance(50) { endInput(index) }
  }

  private func submitOne(_ index: Int) throws {
    let isResolved = !isKind && chance(3)
    let size = isResolved ? 0 : pick(0...100)
    let id = scheduler.submit(size: size, to: streams[index].id, isResolved: isResolved)
    var job = VirtualJob(
      id: id, stream: index, index: streams[index].submitted, size: size)
    note("job \(jobs.count) of stream \(index + 1), \(size) bytes, resolved: \(isResolved)")
    if isResolved { job.place = .answered }
    while jobBySlot.count <= id.slot { jobBySlot.append(-1) }
    let earlier = jobBySlot[id.slot]
    if earlier >= 0 {
      try expect(jobs[earlier].place == .delivered, "the slot of job \(earlier) is used twice")
    }
    jobBySlot[id.slot] = jobs.count
    streams[index].jobs.append(jobs.count)
    jobs.append(job)
    streams[index].submitted += 1
    streams[index].liveJobs += 1
    streams[index].liveBytes += size
    streams[index].room.jobs -= 1
    streams[index].room.bytes -= size
    if streams[index].room.bytes <= 0 { streams[index].room.jobs = 0 }
  }

  func endInput(_ index: Int) {
    guard !streams[index].inputEnded else { return }
    note("stream \(index + 1) ends its input")
    streams[index].inputEnded = true
    scheduler.endInput(of: streams[index].id)
  }

  func consume(_ index: Int) {
    let available = streams[index].unconsumed.count
    guard available > 0 else { return }
    let count = isKind ? available : pick(1...available)
    let bytes = streams[index].unconsumed[..<count].reduce(0, +)
    note("stream \(index + 1) consumes \(count)")
    streams[index].unconsumed.removeFirst(count)
    streams[index].liveJobs -= count
    streams[index].liveBytes -= bytes
    streams[index].resultBytes -= bytes
    scheduler.consumed(jobs: count, bytes: bytes, of: streams[index].id)
  }

  func leave(_ index: Int, aborting: Bool) {
    guard !streams[index].isFinished else { return }
    note("stream \(index + 1) \(aborting ? "aborts" : "stops")")
    streams[index].inputEnded = true
    streams[index].isStopped = true
    if aborting {
      streams[index].isAborted = true
      scheduler.abort(streams[index].id)
      for worker in workers.indices { recallIfAborted(worker) }
    } else {
      scheduler.stop(streams[index].id)
    }
  }

  func isOver(_ job: Int) -> Bool { streams[jobs[job].stream].isStopped }

  func recallIfAborted(_ worker: WorkerID) {
    guard let first = workers[worker].jobs.first, streams[jobs[first].stream].isAborted else {
      return
    }
    if !workers[worker].isKilled && !isDoomed(worker) { workers[worker].isRecalled = true }
  }

  func close() {
    let killing = chance(50)
    note("the pool is closed, killing: \(killing)")
    isClosing = true
    scheduler.close(killing: killing)
    if killing { killAll() }
  }

  /// Everything is over, at once.
  func killAll() {
    isKilling = true
    for index in streams.indices {
      streams[index].isStopped = true
      streams[index].inputEnded = true
    }
    for worker in workers.indices where !workers[worker].isKilled && !isDoomed(worker) {
      workers[worker].isRecalled = true
    }
  }

  /// It must be killed, and the action is on its way.
  func isDoomed(_ worker: WorkerID) -> Bool {
    workers[worker].isUnheard || workers[worker].lateJob != nil || workers[worker].isRecalled
  }
}
