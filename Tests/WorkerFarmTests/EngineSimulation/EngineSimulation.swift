import Glibc

@testable import WorkerFarm

/// The real engine on one thread, with virtual time and workers, and consumers who do as a seed says.
///
/// The pipes are the kernel's, and nobody else is there: so one seed always tells one story. What is checked is what a
/// consumer sees: each input's outcome once, in its turn, with its own output or a failure that was deserved.
final class EngineSimulation {
  let configuration: PoolConfiguration
  let mailbox: Mailbox
  let engine: Engine
  let world: World
  var consumers: [VirtualConsumer] = []
  private(set) var steps = 0
  private var watch = PollSet()
  private var isClosing = false
  /// Nothing goes wrong any more.
  var isKind = false

  /// What the engine's system is made of.
  final class World {
    var random: SeededGenerator
    var now: Nanoseconds = 1_000_000_000
    var processes: [VirtualProcess] = []
    var refusals = 0
    var isKind = false
    var lines: [String] = []

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    func pick(_ range: ClosedRange<Int>) -> Int {
      range.lowerBound + Int(truncatingIfNeeded: (random.next() >> 33) % UInt64(range.count))
    }

    func chance(_ outOfAThousand: Int) -> Bool { pick(0...999) < outOfAThousand }

    func start(_ page: ProgressPage, _ ends: WorkerEnds) throws(SystemError) -> any WorkerBody {
      if !isKind && chance(10) {
        refusals += 1
        throw SystemError(call: "posix_spawn", code: EAGAIN)
      }
      let process = try VirtualProcess(
        pid: Int32(processes.count + 1), keepsPage: chance(800), page: page, ends: ends)
      processes.append(process)
      return process
    }
  }

  init(seed: UInt64) throws {
    let world = World(seed: seed)
    self.world = world
    var configuration = PoolConfiguration(workers: world.pick(1...4))
    configuration.retry = .afterCrashes(attempts: world.pick(1...3))
    configuration.timeout = world.chance(500) ? .milliseconds(world.pick(5...200)) : nil
    configuration.startTimeout = .seconds(1)
    configuration.restartBudget = world.chance(100) ? 2 : 500
    configuration.window = world.chance(700) ? world.pick(1...64) : nil
    configuration.windowBytes = world.pick(500...300_000)
    configuration.recycling = Recycling(afterJobs: world.chance(200) ? world.pick(1...9) : nil)
    self.configuration = configuration
    mailbox = try Mailbox()
    engine = Engine(
      configuration: configuration, mailbox: mailbox,
      system: EngineSystem(now: { world.now }, makeBody: world.start))
    for _ in 0..<world.pick(1...3) {
      consumers.append(VirtualConsumer(configuration, mailbox, world))
    }
  }

  // As the engine's thread does at its end.
  deinit { mailbox.end() }

  func run() throws {
    try withoutBrokenPipeSignal {
      for _ in 0..<world.pick(10...150) { try step() }
      try finish()
    }
  }

  private func step() throws {
    steps += 1
    try event()
    if world.chance(700) { try turn() }
  }

  private func event() throws {
    switch world.pick(0...99) {
    case 0..<12: try consumers[world.pick(0...consumers.count - 1)].go()
    case 12..<15: world.now += Nanoseconds(world.pick(0...300)) * 1_000_000
    case 15 where world.chance(60): consumers[world.pick(0...consumers.count - 1)].leave(world)
    default:
      let living = world.processes.filter(\.isAlive)
      guard !living.isEmpty else { return try turn() }
      try act(living[world.pick(0...living.count - 1)])
    }
  }

  func turn() throws {
    world.now += Nanoseconds(world.pick(0...50)) * 1000
    watch.removeAll()
    engine.addSources(to: &watch)
    _ = watch.sleep(isPatient: false)
    engine.handle(watch)
    engine.turn()
  }

  /// Everybody does what there's to do, and the pool is closed.
  private func finish() throws {
    isKind = true
    world.isKind = true
    var patience = 3000
    while !engine.isClosed {
      for consumer in consumers { try consumer.end() }
      if consumers.allSatisfy(\.isFinished) && !isClosing {
        isClosing = true
        mailbox.close(.drain)
      }
      for process in world.processes where process.isAlive { try act(process) }
      world.now += 20_000_000
      steps += 1
      try turn()
      patience -= 1
      if patience == 0 { throw Breach(description: "it never comes to an end") }
    }
    for consumer in consumers { try consumer.checkEnd(engine, world) }
    for process in world.processes where !process.isReaped {
      throw Breach(description: "worker \(process.pid) is left")
    }
  }

  private func withoutBrokenPipeSignal(_ body: () throws -> Void) throws {
    var (pipe, before) = (sigset_t(), sigset_t())
    sigemptyset(&pipe)
    sigaddset(&pipe, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &pipe, &before)
    defer {
      var none = timespec()
      sigtimedwait(&pipe, nil, &none)
      pthread_sigmask(SIG_SETMASK, &before, nil)
    }
    try body()
  }
}
