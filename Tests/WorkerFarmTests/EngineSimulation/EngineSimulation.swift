import Glibc

@testable import WorkerFarm

/// The real engine on one thread, with virtual time and workers, and consumers who do as a seed says.
///
/// The pipes are the kernel's, and nobody else is there: so one seed always tells one story. What is checked is what
/// consumers and workers see: each input's outcome once, in its turn, with its own output or a failure that was
/// deserved; windows kept; suspects alone; deadlines on the virtual clock, neither missed nor invented.
///
/// The engine's seat isn't part of it: who drives is a matter of threads.
final class EngineSimulation {
  let mailbox: Mailbox
  let engine: Engine
  let world: World
  var consumers: [VirtualConsumer] = []
  private(set) var steps = 0
  private var watch = PollSet()
  private var isClosing = false

  /// Turns after which all must have come to its end: a minute of virtual time, longer than all deadlines in a row.
  private static let patience = 3000

  init(seed: UInt64, isTraced: Bool = false) throws {
    let world = World(seed: seed, isTraced: isTraced)
    self.world = world
    mailbox = try Mailbox()
    engine = Engine(
      configuration: world.configuration, mailbox: mailbox,
      system: EngineSystem(now: { world.now }, makeBody: world.start))
    world.engine = engine
    for _ in 0..<world.pick(1...3) { consumers.append(VirtualConsumer(mailbox, world)) }
  }

  deinit {
    // As the engine's thread does at its end.
    mailbox.end()
    // They know the world, and hold descriptors.
    world.processes = []
  }

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
    switch world.pick(0...999) {
    case 0..<120: try anyConsumer().go()
    case 120..<150: world.now += Nanoseconds(world.pick(0...300)) * 1_000_000
    case 150..<151: anyConsumer().leave()
    case 151..<153: mailbox.resize(to: world.pick(1...5))
    case 153 where world.chance(300): close(.kill)
    default:
      let living = world.processes.filter(\.isAlive)
      guard !living.isEmpty else { return try turn() }
      let process = living[world.pick(0...living.count - 1)]
      // A start that was put off lasts a moment only: so that something happens meanwhile.
      if !engine.deferredStarts.isEmpty && world.chance(300) {
        die(process, .signalled(number: SIGKILL))
      } else {
        try act(process)
      }
    }
  }

  private func anyConsumer() -> VirtualConsumer {
    consumers[world.pick(0...consumers.count - 1)]
  }

  private func close(_ closing: Mailbox.Closing) {
    isClosing = true
    world.note("the pool is closed: \(closing)")
    if closing == .kill { world.wasLeft = true }
    mailbox.close(closing)
  }

  /// As the engine's thread does, or a caller who drives it and may not start workers.
  private func turn() throws {
    steps += 1
    world.now += Nanoseconds(world.pick(0...50)) * 1000
    watch.removeAll()
    let isWhole = world.isKind || world.chance(850)
    if isWhole { engine.addSources(to: &watch) } else { addEnds() }
    if isWhole { world.latestLook = world.now }
    _ = watch.sleep(isPatient: false)
    engine.handle(watch)
    let isLed = engine.mayGoOnLed && world.chance(300)
    engine.turn(isLed: isLed)
    if !isLed { world.latestStart = world.now }
    try check(isWhole: isWhole)
  }

  /// As if all else had come a moment after the kernel's look at it, and ends before that.
  private func addEnds() {
    for (id, link) in engine.links.enumerated() {
      if let link { watch.add(.process(id), link.body.endDescriptor, POLLIN) }
    }
  }

  /// Everybody does what there's to do, and the pool is closed.
  private func finish() throws {
    world.isKind = true
    world.note("everybody is well from now on")
    var patience = Self.patience
    while !engine.isClosed {
      for consumer in consumers { try consumer.end() }
      if consumers.allSatisfy(\.isFinished) && !isClosing { close(.drain) }
      for process in world.processes where process.isAlive { try act(process) }
      world.now += 20_000_000
      try turn()
      patience -= 1
      if patience == 0 { throw Breach(description: "it never comes to an end") }
    }
    mailbox.end(engine.finish())
    for consumer in consumers {
      // Who speaks after the end is answered at once, and hears it when he speaks again.
      try consumer.end()
      try consumer.end()
      try consumer.checkEnd(engine, wasClosed: world.mayKillAnybody)
    }
    for process in world.processes where !process.isReaped {
      throw Breach(description: "worker \(process.pid) is left")
    }
    guard engine.links.allSatisfy({ $0 == nil }) else {
      throw Breach(description: "the pipes of a dead worker are still open")
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
