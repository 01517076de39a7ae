@testable import WorkerFarm

/// One call: submits jobs as there's room, takes outcomes, and checks each.
final class VirtualConsumer {
  private let channel: StreamChannel
  private let isOrdered: Bool
  private let world: EngineSimulation.World
  private var room: Int
  private var byteRoom: Int
  private var length: Int
  private var works: [VirtualWork] = []
  /// Places in this call whose outcomes are here.
  private var delivered: Set<Int> = []
  /// How many they are: in an ordered call the place whose turn it is.
  private var next = 0
  private var consumed = (jobs: 0, bytes: 0)
  /// How many outcomes the engine knows to be consumed.
  private var reported = 0
  /// How many inputs the engine certainly took in.
  private var seen = 0
  private var hasLeft = false
  private var error: PoolError?
  private(set) var isFinished = false

  init(_ mailbox: Mailbox, _ world: EngineSimulation.World) {
    self.world = world
    isOrdered = world.chance(700)
    length = world.pick(0...60)
    let window = world.configuration.policy.window
    channel = StreamChannel(
      jobName: "Virtual", isOrdered: isOrdered,
      timeout: world.configuration.timeout.map(\.clampedNanoseconds), window: window,
      mailbox: mailbox)
    room = window.room
    byteRoom = window.byteRoom
  }

  // MARK: What it does

  /// One exchange: some inputs down, what there is up.
  func go() throws {
    guard !isFinished else { return }
    let (inputs, bytes) = makeInputs()
    reported += consumed.jobs
    let delivery = channel.exchange(
      inputs: inputs, inputBytes: bytes, inputEnded: works.count == length || hasLeft,
      consumedJobs: consumed.jobs, consumedBytes: consumed.bytes)
    consumed = (0, 0)
    try checkWindow()
    room = delivery.room
    byteRoom = delivery.byteRoom
    for batch in delivery.outcomes { try take(batch) }
    isFinished = delivery.isFinished
    error = delivery.error
  }

  private func makeInputs() -> ([StreamChannel.Input], bytes: Int) {
    var records = RecordWriter()
    var bytes = 0
    while room > 0, byteRoom > bytes, works.count < length, !hasLeft, !world.chance(200) {
      // A large one isn't copied on its way.
      let size = world.chance(20) ? 100_000 : world.pick(0...300)
      let work = VirtualWork(number: world.facts.count, throwing: world.chance(50), size: size)
      world.facts.append(.init(submittedAt: world.now))
      records.open()
      records.writer.write(raw: work.input)
      bytes += records.close()
      works.append(work)
      room -= 1
      if records.mustBeTaken { break }
    }
    return (records.take().map { [.encoded($0)] } ?? [], bytes)
  }

  /// No more inputs than there are already.
  func end() throws {
    length = works.count
    try go()
  }

  func leave() {
    guard !isFinished else { return }
    hasLeft = true
    let request: StreamChannel.Request = world.chance(500) ? .stop : .abort
    world.note("a consumer leaves: \(request)")
    if case .abort = request { world.wasLeft = true }
    channel.request(request)
  }

  /// The engine has taken in what was submitted before, unless it takes nothing any more.
  func noteTurn(_ engine: Engine) {
    if engine.error == nil && !engine.scheduler.isClosing { seen = works.count }
  }

  // MARK: What it gets

  private func take(_ batch: FinishedBatch) throws {
    consumed.jobs += batch.count
    consumed.bytes += batch.size
    for offset in 0..<batch.count {
      let index = batch.firstIndex + offset
      guard index < works.count, delivered.insert(index).inserted else {
        throw Breach(description: "outcome \(index) came twice, or from nowhere")
      }
      if isOrdered && index != next {
        throw Breach(description: "outcome \(index) came in place of \(next)")
      }
      next += 1
      try check(batch, offset, works[index])
    }
  }

  private func check(_ batch: FinishedBatch, _ offset: Int, _ work: VirtualWork) throws {
    let number = work.number
    let fact = world.facts[number]
    world.note("job \(number): \(batch.result)".prefix(80).description)
    let isRight: Bool
    switch batch.result {
    case .outputs(let records):
      let isOwn = records.withRecord(offset) { $0.elementsEqual(work.output) }
      isRight = isOwn && !work.throwing && batch.attempts > 0
    case .failure(.thrown(let type, let description)):
      isRight = work.throwing && work.failure == .thrown(type: type, description: description)
    case .failure(.cancelled): isRight = hasLeft || world.mayKillAnybody
    case .failure(.crashed), .failure(.protocolViolation):
      isRight = fact.endings >= world.configuration.retry.attempts
    case .failure(.timedOut):
      let limit = world.configuration.timeout?.clampedNanoseconds ?? .max
      isRight = fact.endings > 0 && limit <= world.now - fact.submittedAt
    case .failure(.memoryLimit): isRight = fact.endings > 0 && world.configuration.hasMemoryLimit
    case .failure: isRight = false
    }
    guard isRight else {
      throw Breach(
        description: "job \(number) wasn't to come to this: \(batch.result), \(fact)".prefix(300)
          .description)
    }
  }

  /// What the engine holds of this call stays within its window; in bytes the last input may go over it.
  private func checkWindow() throws {
    let live = works.count - reported
    if let window = world.configuration.window, live > window {
      throw Breach(description: "\(live) jobs live in a window of \(window)")
    }
    // A failure that waits for its turn is small, however large its input was.
    guard isOrdered, next < works.count, world.deaths == 0 else { return }
    let bytes = works[next..<works.count - 1].reduce(0) { $0 + ($1.throwing ? 0 : $1.input.count) }
    if bytes > world.configuration.windowBytes {
      throw Breach(
        description: "\(bytes) bytes live in a window of \(world.configuration.windowBytes)")
    }
  }

  func checkEnd(_ engine: Engine, wasClosed: Bool) throws {
    guard isFinished else { throw Breach(description: "a call never ends") }
    switch error {
    case .noWorkers where world.refusals > 0: break
    case .workersKeepDying(let deaths, _)
    where deaths > world.configuration.restartBudget ?? .max && world.deaths >= deaths:
      break
    case .closed where wasClosed && seen == 0, nil: break
    case let error?: throw Breach(description: "the pool gave up: \(error)")
    }
    guard delivered.count >= (wasClosed ? seen : works.count) else {
      throw Breach(description: "\(works.count - delivered.count) outcomes are lost")
    }
  }
}

extension PoolConfiguration {
  fileprivate var hasMemoryLimit: Bool { workerMemoryLimit != nil }
}
