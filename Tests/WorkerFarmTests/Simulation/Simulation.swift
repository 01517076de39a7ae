@testable import WorkerFarm

/// The scheduler among virtual workers and consumers, who do as a seed says.
///
/// The simulation plays the engine: it reports events, performs the actions, and keeps its own books
/// of what should follow. Any difference is thrown as a ``Breach``.
final class Simulation {
  let profile: SimulationProfile
  let policy: Scheduler.Policy
  var random: SeededGenerator
  var scheduler: Scheduler
  var now: UInt64 = 1
  var workers: [VirtualWorker]
  var streams: [VirtualStream] = []
  var jobs: [VirtualJob] = []
  /// The number of the job that has an id.
  var jobByID: [UInt64: Int] = [:]
  var isClosing = false
  var isKilling = false
  var hasGivenUp = false
  /// Nothing goes wrong any more, and everybody does what there is to do.
  var isKind = false
  /// A process couldn't be had in this turn, after other things were decided that counted on it.
  var wasRefused = false
  /// Workers became too many at some time.
  var wasShrunk = false
  var deathsInARow = 0
  var actions: [Scheduler.Action] = []
  /// Events and turns of the engine so far.
  private(set) var steps = 0
  /// How often each false reply was tried; none of them was accepted.
  var refused: [FalseReply: Int] = [:]
  /// What happened, if somebody wants to read it.
  var trace: Trace?

  final class Trace {
    var lines: [String] = []
  }

  init(seed: UInt64, profile: SimulationProfile, traced: Bool = false) {
    self.profile = profile
    var random = SeededGenerator(seed: seed)
    policy = Scheduler.Policy(
      workers: Int.random(in: profile.workers, using: &random),
      retry: profile.retry(attempts: Int.random(in: 1...3, using: &random)),
      restartBudget: Int.random(in: 0..<4, using: &random) == 0
        ? Int.random(in: 1...4, using: &random) : 40,
      startTimeout: 1000, retireTimeout: 500,
      window: Window(
        jobs: Int.random(in: profile.windowJobs, using: &random),
        bytes: Int.random(in: profile.windowBytes, using: &random)),
      memory: profile.large > 0 ? 1000 : nil, windowAdapts: profile.windowAdapts,
      recycling: Recycling(
        afterJobs: profile.recycles ? Int.random(in: 1...5, using: &random) : nil))
    scheduler = Scheduler(policy: policy)
    workers = (0..<policy.workers).map { _ in VirtualWorker() }
    self.random = random
    trace = traced ? Trace() : nil
    for _ in 0..<pick(profile.streams) { openStream() }
  }

  /// Runs until everything is closed.
  func run() throws {
    let steps = pick(3...25)
    for _ in 0..<steps {
      try step()
      // The engine hears of several events in one turn as well as of one.
      if chance(60) { try turn() }
    }
    try finish()
  }

  /// From here on everybody is well: whatever is open must come to its end.
  private func finish() throws {
    isKind = true
    note("everybody is well from now on")
    for index in streams.indices where !streams[index].inputEnded {
      streams[index].length = streams[index].submitted
      endInput(index)
    }
    scheduler.close(killing: false)
    isClosing = true
    var patience = 200 + 12 * jobs.count
    repeat {
      try step()
      try turn()
      patience -= 1
      if patience == 0 { throw Breach(description: "it never comes to an end") }
    } while !scheduler.isClosed
    for stream in streams where !stream.isFinished || stream.delivered != stream.submitted {
      throw Breach(description: "stream \(stream.id) isn't finished")
    }
    guard workers.allSatisfy({ $0.state == .absent }) else {
      throw Breach(description: "a worker is left")
    }
    try expect(
      scheduler.suspects.isEmpty && scheduler.large.isEmpty && scheduler.delayed.isEmpty,
      "jobs are left")
  }

  private func step() throws {
    steps += 1
    try event()
  }

  /// One turn of the engine.
  func turn() throws {
    steps += 1
    now += UInt64(pick(0...3))
    for worker in workers { worker.wasFed = false }
    wasRefused = false
    markTheLate()
    scheduler.tick(now: now) { id in workers[id].jobOnPage.map { jobs[$0].id } }
    scheduler.dispatch(now: now)
    try perform()
    try check()
    for index in streams.indices where chance(80) || isKind {
      streams[index].room = scheduler.room(of: streams[index].id)
    }
  }

  // MARK: Means

  func pick(_ range: ClosedRange<Int>) -> Int {
    // Not `Int.random`, whose rejection loop takes half of a debug run's time.
    range.lowerBound + Int(truncatingIfNeeded: (random.next() >> 33) % UInt64(range.count))
  }

  func chance(_ outOfAHundred: Int) -> Bool {
    outOfAHundred > 0 && pick(0...99) < outOfAHundred
  }

  func expect(_ condition: Bool, _ complaint: @autoclosure () -> String) throws {
    if !condition { throw Breach(description: complaint()) }
  }

  func note(_ text: @autoclosure () -> String) {
    trace?.lines.append("\(now): \(text())")
  }

  func job(_ id: JobID) throws -> Int {
    guard let job = jobByID[id.rawValue] else {
      throw Breach(description: "an action for the unknown job \(id.rawValue)")
    }
    return job
  }

  func stream(_ id: StreamID) throws -> Int {
    // Stream ids count from one, in the order of opening.
    guard id >= 1, id <= streams.count else {
      throw Breach(description: "an action for the unknown stream \(id)")
    }
    return id - 1
  }
}
