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

  /// Submits as a consumer does who was told of the room a while ago: several inputs at once.
  func submit(_ index: Int) throws {
    guard scheduler.takesInputs(of: streams[index].id) else { return }
    if !isKind && chance(3) { try submitFailed(index) }
    var sizes: [Int] = []
    let most = min(pick(1...6), streams[index].length - streams[index].submitted)
    while sizes.count < most, streams[index].room.jobs > 0 {
      sizes.append(pick(0...100))
      takeRoom(index, bytes: sizes[sizes.count - 1])
    }
    if !sizes.isEmpty {
      let first = scheduler.submit(Records(sizes: sizes), to: streams[index].id, now: now)
      for (offset, size) in sizes.enumerated() {
        add(VirtualJob(id: first.advanced(by: offset), stream: index, size: size))
      }
    }
    if streams[index].submitted == streams[index].length && chance(50) { endInput(index) }
  }

  private func submitFailed(_ index: Int) throws {
    guard streams[index].room.jobs > 0, streams[index].submitted < streams[index].length else {
      return
    }
    takeRoom(index, bytes: 0)
    var job = VirtualJob(id: JobID(rawValue: 0), stream: index, size: 0)
    job.place = .answered
    add(job)
    let failure = JobFailure.unencodableInput("as it happens")
    book(jobs.count - 1, result: failure.textSize)
    scheduler.submit(failed: failure, to: streams[index].id)
  }

  private func takeRoom(_ index: Int, bytes: Int) {
    streams[index].room.jobs -= 1
    streams[index].room.bytes -= bytes
    if streams[index].room.bytes <= 0 { streams[index].room.jobs = 0 }
  }

  private func add(_ job: VirtualJob) {
    var job = job
    let index = job.stream
    note("job \(jobs.count) of stream \(index + 1), \(job.size) bytes")
    if chance(profile.large) { job.memory = pick(0...1100) }
    if job.id.rawValue > 0 { jobByID[job.id.rawValue] = jobs.count }
    streams[index].jobs.append(jobs.count)
    streams[index].submitted += 1
    streams[index].liveJobs += 1
    streams[index].liveBytes += job.size
    jobs.append(job)
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

  /// The pool is to have another number of workers.
  func resize() {
    let count = pick(1...5)
    note("from now on there are to be \(count) workers")
    wasShrunk = wasShrunk || count < workers.count
    while workers.count < count { workers.append(VirtualWorker()) }
    scheduler.resize(to: count)
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
