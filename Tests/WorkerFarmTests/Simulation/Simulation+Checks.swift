@testable import WorkerFarm

/// What must be true after every turn of the engine.
extension Simulation {
  /// Who is over time now must be killed in this turn.
  func markTheLate() {
    for id in workers.indices {
      guard let deadline = deadline(of: id), deadline <= now else { continue }
      note("worker \(id) is late")
      if let first = workers[id].jobs.first {
        let job = workers[id].believed
        if let job, job != first, job != workers[id].seen {
          // It's further than its replies, so its job's time begins only now.
          workers[id].seen = job
          workers[id].since = now
        } else {
          workers[id].lateJob = job ?? first
        }
      } else {
        workers[id].isOverdue = true
      }
    }
  }

  /// When a worker must have started, answered, or ended.
  private func deadline(of id: WorkerID) -> UInt64? {
    let worker = workers[id]
    if worker.state == .absent || worker.isKilled || isDoomed(id) { return nil }
    if worker.isRetired { return worker.since + policy.retireTimeout }
    if worker.state == .starting { return worker.since + policy.startTimeout }
    guard let first = worker.jobs.first, let timeout = streams[jobs[first].stream].timeout else {
      return nil
    }
    return worker.since + timeout
  }

  func check() throws {
    try checkWorkers()
    var waiting = Waiting()
    for index in streams.indices where !streams[index].isFinished {
      try checkWindow(index)
      count(&waiting, index)
    }
    let undelivered = scheduler.streams.reduce(0) { $0 + $1.undelivered }
    try expect(
      undelivered == waiting.undelivered, "\(undelivered) jobs live, not \(waiting.undelivered)")
    try checkProgress(waiting)
  }

  private func checkWorkers() throws {
    var earliest: UInt64?
    for id in workers.indices where workers[id].state != .absent {
      let isDue = isDoomed(id) || workers[id].isOverdue
      try expect(workers[id].isKilled || !isDue, "worker \(id) ought to be killed")
      if let deadline = deadline(of: id) { earliest = min(earliest ?? .max, deadline) }
    }
    for job in jobs where job.place == .waiting && job.due > now {
      earliest = min(earliest ?? .max, job.due)
    }
    try expect(
      scheduler.nextDeadline == earliest,
      "next deadline is \(scheduler.nextDeadline ?? 0), not \(earliest ?? 0)")
    try expect(
      deathsInARow <= scheduler.restartBudget || hasGivenUp,
      "\(deathsInARow) deaths in a row, and the pool doesn't give up")
  }

  private func checkWindow(_ index: Int) throws {
    let stream = streams[index]
    guard let known = scheduler.index(of: stream.id) else {
      throw Breach(description: "stream \(stream.id) is lost")
    }
    let window = scheduler.streams[known].window
    try expect(
      window.liveJobs == stream.liveJobs && window.liveBytes == stream.liveBytes
        && window.resultBytes == stream.resultBytes,
      "the window's books are wrong: \(window), not \(stream)")
    let limit = profile.windowAdapts ? window.jobs : policy.window.jobs
    try expect(stream.liveJobs <= limit, "\(stream.liveJobs) jobs live in a window of \(limit)")
    let room = scheduler.room(of: stream.id)
    if stream.inputEnded || hasGivenUp {
      try expect(room.jobs == 0, "there's room in a stream that is over")
    } else if stream.liveJobs == 0 {
      try expect(room.jobs > 0 && room.bytes > 0, "there's no room in an empty window")
    } else {
      let isFull = stream.liveJobs == limit || stream.liveBytes >= policy.window.bytes
      try expect((room.jobs == 0) == isFull, "room for \(room.jobs), full: \(isFull)")
      try expect(room.jobs + stream.liveJobs <= limit, "too much room")
    }
  }

  private struct Waiting {
    var undelivered = 0
    var all = 0
    var beginnable = 0
    var suspects = 0
    /// Jobs that asked for memory, suspects or not.
    var large = 0
  }

  private func count(_ waiting: inout Waiting, _ index: Int) {
    let stream = streams[index]
    waiting.undelivered += stream.submitted - stream.delivered
    // In an ordered stream everything before the head is delivered.
    for job in stream.jobs[(stream.isOrdered ? stream.delivered : 0)...]
    where jobs[job].place == .waiting && jobs[job].due <= now {
      waiting.all += 1
      if jobs[job].demanded > 0 { waiting.large += 1 }
      if jobs[job].isSuspect {
        waiting.suspects += 1
      } else if jobs[job].demanded > 0 {
        continue
      } else if mayBegin(job) {
        waiting.beginnable += 1
      }
    }
  }

  /// Whoever could do something is given it.
  private func checkProgress(_ waiting: Waiting) throws {
    guard waiting.all > 0, !hasGivenUp else { return }
    var alive = 0
    var idle = 0
    var starting = 0
    for id in workers.indices where workers[id].state != .absent {
      alive += 1
      if workers[id].isKilled || workers[id].isRetired { continue }
      if workers[id].state == .starting { starting += 1 }
      if workers[id].state == .up && workers[id].jobs.isEmpty { idle += 1 }
    }
    try expect(
      alive >= min(scheduler.capacity, waiting.all),
      "\(alive) workers for \(waiting.all) jobs that wait")
    guard waiting.large == 0 else { return try checkLarge(idle: idle, starting: starting) }
    let isOutOfMemory =
      claimedMemory + (policy.memory ?? 0) / policy.workers > policy.memory ?? .max
    try expect(
      idle == 0 || waiting.beginnable == 0 || isOutOfMemory, "a worker idles while a job may begin")
    guard waiting.suspects > 0, starting == 0 else { return }
    try expect(idle == 0 || isOutOfMemory, "a worker idles while a suspect waits")
    let ready = workers.filter { $0.state == .up && !$0.isKilled && !$0.isRetired && !isWorn($0) }
    try expect(
      ready.isEmpty || wasRefused || !ready.allSatisfy(\.wasFed),
      "a suspect waits, and no worker is kept for it")
  }

  /// It has done its share, and goes when it has nothing in flight.
  private func isWorn(_ worker: VirtualWorker) -> Bool {
    worker.begun >= policy.recycling.afterJobs ?? .max || wasShrunk
  }

  /// Ordinary jobs wait for the large ones, and these for memory.
  private func checkLarge(idle: Int, starting: Int) throws {
    guard idle > 0, starting == 0, claimedMemory == 0 else { return }
    throw Breach(description: "a large job waits though nobody uses memory")
  }
}
