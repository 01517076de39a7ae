@testable import WorkerFarm

/// What workers do, and what the engine makes of it.
extension Simulation {
  /// Something happens: to a consumer, to a worker, or to the clock.
  func event() throws {
    if isKind { return try kindEvent() }
    let stream = pick(0...streams.count - 1)
    switch pick(0...99) {
    case 0..<25: try submit(stream)
    case 25..<38: consume(stream)
    case 38..<42: now += UInt64(pick(0...40))
    case 42 where profile.hang > 0: now += UInt64(pick(0...600))
    case 43..<50 where chance(profile.stop * 5): leave(stream, aborting: false)
    case 43..<50 where chance(profile.abort * 5): leave(stream, aborting: true)
    case 43..<44 where chance(profile.close * 5): close()
    case 44..<46 where chance(profile.resize * 5): resize()
    default: try workerEvent(pick(0...workers.count - 1))
    }
  }

  /// Everybody goes on, and time passes until what hangs is noticed.
  private func kindEvent() throws {
    now += 20
    for index in streams.indices { consume(index) }
    for index in workers.indices where workers[index].state != .absent {
      // Once to begin a job, once to end it, once to answer.
      for _ in 0..<3 { try workerEvent(index) }
    }
  }

  private func workerEvent(_ id: WorkerID) throws {
    let worker = workers[id]
    guard worker.state != .absent else { return }
    if worker.isKilled && chance(isKind ? 100 : 40) { return try die(id) }
    if !isKind && chance(profile.death) { return try die(id) }
    if !isKind && worker.stalledUntil > now { return }
    if worker.hangs {
      // Somebody else has an eye on it, too.
      if isKind && chance(10) { try die(id) }
      return
    }
    if worker.isRetired { return try die(id) }
    if worker.state == .starting { return sayHello(id) }
    if !isKind && chance(profile.breach) { return try commitBreach(id) }
    if !isKind && chance(profile.stall) {
      note("worker \(id) is stopped for a while")
      workers[id].stalledUntil = now + UInt64(pick(1...80))
    }
    if chance(profile.lie) && !jobs.isEmpty { workers[id].lie = pick(0...jobs.count - 1) }
    try work(id)
  }

  private func sayHello(_ id: WorkerID) {
    guard chance(50) else { return }
    if !isKind && chance(profile.hang) {
      workers[id].hangs = true
      return
    }
    note("worker \(id) says hello")
    workers[id].state = .up
    workers[id].since = now
    scheduler.workerReady(id, now: now)
  }

  /// Begins a job, ends it, or writes replies.
  private func work(_ id: WorkerID) throws {
    let worker = workers[id]
    if worker.isRunning {
      if !isKind && chance(profile.hang) {
        workers[id].hangs = true
      } else {
        workers[id].isRunning = false
        workers[id].done += 1
      }
    } else if worker.done > 0 && (!worker.keepsPage || chance(50)) {
      try answer(id, count: pick(1...worker.done))
    } else if worker.done < worker.jobs.count {
      workers[id].isRunning = true
    }
  }

  /// The engine reads replies with one call.
  private func answer(_ id: WorkerID, count: Int) throws {
    guard count > 0, !workers[id].isUnheard else { return }
    var outputs: [Int] = []
    for _ in 0..<count {
      let grant = workers[id].grant
      let job = takeFirst(of: id)
      if jobs[job].memory > max(grant, memoryShare) {
        try reply(to: &outputs, id)
        try demand(job, id)
      } else if chance(profile.failure) {
        try reply(to: &outputs, id)
        try replyFailure(of: job, id)
      } else {
        // Whatever is consecutive may come in one run or in several.
        if outputs.last.map({ jobs[$0].id.advanced(by: 1) }) != jobs[job].id || chance(30) {
          try reply(to: &outputs, id)
        }
        outputs.append(job)
      }
    }
    try reply(to: &outputs, id)
    workers[id].since = now
    scheduler.settled(id, now: now)
    recallIfAborted(id)
  }

  func takeFirst(of id: WorkerID) -> Int {
    let job = workers[id].jobs.removeFirst()
    workers[id].done -= 1
    workers[id].lastAnswered = job
    workers[id].grant = 0
    workers[id].runsAlone = false
    deathsInARow = 0
    return job
  }

  /// Outputs of jobs with consecutive ids; the list is empty afterwards.
  private func reply(to answered: inout [Int], _ id: WorkerID) throws {
    guard let first = answered.first else { return }
    let sizes = answered.map { _ in pick(0...120) }
    note("worker \(id) answers jobs \(answered) with \(sizes) bytes")
    try scheduler.replied(id, first: jobs[first].id, .outputs(Records(sizes: sizes)), reading)
    for (job, size) in zip(answered, sizes) { noteAnswer(to: job, size: size) }
    answered = []
  }

  func noteAnswer(to job: Int, size: Int) {
    jobs[job].place = .answered
    book(job, result: size)
  }

  private func replyFailure(of job: Int, _ id: WorkerID) throws {
    note("worker \(id) says that job \(job) failed")
    let failure = JobFailure.thrown(type: "Trouble", description: "\(job)")
    jobs[job].charge = failure
    jobs[job].failures += 1
    jobs[job].place = .refused
    try scheduler.replied(id, first: jobs[job].id, .failure(failure), reading)
    try perform()
    try expect(jobs[job].place != .refused, "job \(job) failed, and nothing came of it")
  }

  var reading: Scheduler.Run { Scheduler.Run(endedAt: now, time: 1) }

  var memoryShare: Int { policy.memory.map { $0 / policy.workers } ?? .max }

  /// The job says that it needs more than it may use.
  private func demand(_ job: Int, _ id: WorkerID) throws {
    note("job \(job) at worker \(id) asks for \(jobs[job].memory) bytes")
    jobs[job].place = .waiting
    let isPossible = jobs[job].memory <= policy.memory ?? .max && !isOver(job)
    if isPossible {
      jobs[job].attempts -= 1
      jobs[job].demanded = jobs[job].memory
    }
    try scheduler.demanded(id, job: jobs[job].id, memory: jobs[job].memory, reading)
    try perform()
    try expect(
      (jobs[job].place == .waiting) == isPossible || jobs[job].place == .sent(id),
      "job \(job), which asked for \(jobs[job].memory), is \(jobs[job].place)")
  }

  /// An input's bytes are replaced by its result's.
  func book(_ job: Int, result: Int) {
    let stream = jobs[job].stream
    streams[stream].liveBytes += result - jobs[job].size
    streams[stream].resultBytes += result
    jobs[job].size = result
  }

  // MARK: Death

  /// It ends, with some of its replies written.
  private func die(_ id: WorkerID) throws {
    if workers[id].done > 0 { try answer(id, count: pick(0...workers[id].done)) }
    // What was decided about it before is carried out before.
    try perform()
    let worker = workers[id]
    let running = worker.keepsPage ? worker.believed : worker.jobs.first
    if let late = worker.lateJob, let running, worker.jobs.contains(late) {
      worker.lateJob = running
    }
    note("worker \(id) dies, running \(running.map(String.init) ?? "nothing")")
    for job in worker.jobs { jobs[job].place = .waiting }
    let wasCharged = charge(for: worker, running: running)
    workers[id] = VirtualWorker()
    scheduler.workerEnded(id, running: running.map { jobs[$0].id }, death: Self.death, now: now)
    try perform()
    try checkFates(of: worker.jobs, wasCharged)
  }

  /// The rules of blame, told a second time; true for each job that pays.
  private func charge(for worker: VirtualWorker, running: Int?) -> [Bool] {
    // Whatever follows from the scheduler's own decision costs nobody but the job that was late.
    let isDecided = (worker.lateJob != nil || worker.isRecalled) && worker.isKilled
    let isInnocentDeath = worker.isRetired || (worker.isRecalled && worker.isKilled) || isClosing
    if !isInnocentDeath { deathsInARow += 1 }
    return worker.jobs.map { job in
      let isSuspect = job == running || jobs[job].returns == Int(Scheduler.returnsAllowed)
      if isDecided && worker.lateJob != job {
        if job != running { jobs[job].attempts -= 1 }
        return false
      }
      guard isSuspect else {
        jobs[job].returns += 1
        jobs[job].attempts -= 1
        return false
      }
      jobs[job].failures += 1
      let isLate = worker.lateJob == job && isDecided
      let limit = streams[jobs[job].stream].timeout ?? 0
      jobs[job].charge = isLate ? .timedOut(after: .nanoseconds(limit)) : Self.death
      return true
    }
  }

  private static let death = JobFailure.crashed(.exited(status: 7), lastWords: "")

  /// Each job that the dead worker held has failed if it must, and waits if it may not.
  private func checkFates(of held: [Int], _ wasCharged: [Bool]) throws {
    for (job, isCharged) in zip(held, wasCharged) {
      let place = jobs[job].place
      if isOver(job) {
        try expect(place != .waiting, "job \(job) of a stopped stream still waits")
      } else if isCharged && !mayRetry(job) {
        try expect(place != .waiting, "job \(job) is to fail after \(jobs[job].failures) failures")
      } else {
        try expect(place == .waiting, "job \(job) failed, though it may be tried again")
        jobs[job].isSuspect = jobs[job].isSuspect || isCharged
      }
    }
  }
}
