@testable import WorkerFarm

/// One call: submits jobs as there's room, takes outcomes, and checks each.
final class VirtualConsumer {
  private let channel: StreamChannel
  private let isOrdered: Bool
  private let world: EngineSimulation.World
  private let attempts: Int
  private var room: Int
  private var byteRoom: Int
  private var length: Int
  private var works: [VirtualWork] = []
  private var delivered: Set<Int> = []
  private var next = 0
  private var consumed = (jobs: 0, bytes: 0)
  private var hasLeft = false
  private var error: PoolError?
  private(set) var isFinished = false

  init(
    _ configuration: PoolConfiguration, _ mailbox: Mailbox, _ world: EngineSimulation.World
  ) {
    self.world = world
    attempts = configuration.retry.attempts
    isOrdered = world.chance(700)
    length = world.pick(0...60)
    let window = configuration.policy.window
    channel = StreamChannel(
      jobName: "Virtual", isOrdered: isOrdered,
      timeout: configuration.timeout.map(\.clampedNanoseconds), window: window, mailbox: mailbox)
    room = window.room
    byteRoom = window.byteRoom
  }

  /// One exchange: some inputs down, what there is up.
  func go() throws {
    guard !isFinished else { return }
    var records = RecordWriter()
    var bytes = 0
    while room > 0, byteRoom > bytes, works.count < length, !hasLeft, !world.chance(200) {
      // A large one isn't copied on its way.
      let size = world.chance(20) ? 100_000 : world.pick(0...300)
      let work = VirtualWork(
        number: works.count, throwing: world.chance(50), size: size)
      records.open()
      work.input.withUnsafeBytes { records.writer.write(raw: $0) }
      bytes += records.close()
      works.append(work)
      room -= 1
    }
    let inputs = records.take().map { [StreamChannel.Input.encoded($0)] } ?? []
    let delivery = channel.exchange(
      inputs: inputs, inputBytes: bytes, inputEnded: works.count == length || hasLeft,
      consumedJobs: consumed.jobs, consumedBytes: consumed.bytes)
    consumed = (0, 0)
    room = delivery.room
    byteRoom = delivery.byteRoom
    for batch in delivery.outcomes { try take(batch) }
    isFinished = delivery.isFinished
    error = delivery.error
  }

  /// No more inputs than there are already.
  func end() throws {
    length = works.count
    try go()
  }

  func leave(_ world: EngineSimulation.World) {
    guard !isFinished else { return }
    hasLeft = true
    channel.request(world.chance(500) ? .stop : .abort)
  }

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
    world.lines.append("job \(work.number): \(batch.result)".prefix(80).description)
    switch batch.result {
    case .outputs(let records):
      let output = records.withRecord(offset) { Array($0) }
      guard output == work.output, !work.throwing else {
        throw Breach(description: "job \(work.number) has another output than its own")
      }
    case .failure(.thrown(let type, let description)):
      guard work.throwing, work.failure == .thrown(type: type, description: description) else {
        throw Breach(description: "job \(work.number) threw what it didn't")
      }
    case .failure(.cancelled):
      guard hasLeft || error != nil || world.refusals > 0 || world.deaths > 2 else {
        throw Breach(description: "job \(work.number) was cancelled by nobody")
      }
    case .failure(.crashed), .failure(.protocolViolation):
      // One that runs when its worker is ended for another's sake isn't charged, and has begun all the same.
      guard batch.attempts >= attempts else {
        throw Breach(description: "job \(work.number) failed after \(batch.attempts) attempts")
      }
    case .failure(.timedOut): break
    case .failure(let failure):
      throw Breach(description: "job \(work.number) failed for no reason: \(failure)")
    }
  }

  func checkEnd(_ engine: Engine, _ world: EngineSimulation.World) throws {
    switch error {
    case .noWorkers where world.refusals > 0: return
    case .workersKeepDying where world.deaths > 2: return
    case nil: break
    case let error?: throw Breach(description: "the pool gave up: \(error)")
    }
    // Who leaves gives the inputs that the engine never saw their outcome himself.
    guard hasLeft || delivered.count == works.count else {
      throw Breach(description: "\(works.count - delivered.count) outcomes are lost")
    }
  }
}

extension EngineSimulation.World {
  var deaths: Int { processes.count { !$0.isAlive } }
}
