import Glibc
import Synchronization

/// A call in a pool without workers: its jobs run when their outcomes are asked for, on the thread that asks.
///
/// Everything takes the way that it takes in other pools: the input is encoded, the job made from the bytes, its output
/// encoded and decoded. So what works here works there.
final class InlineChannel: CallChannel {
  private struct State {
    var request: StreamChannel.Request?
    var nextIndex = 0
  }

  private let jobName: String
  private let desk: InlineDesk
  /// The call's number.
  private let number: Int
  private let configuration: PoolConfiguration
  private let state = Mutex(State())
  private let doorbell = Doorbell()

  init(jobName: String, desk: InlineDesk, configuration: PoolConfiguration) {
    self.jobName = jobName
    self.desk = desk
    self.configuration = configuration
    number = desk.watch.openCall(jobName)
  }

  deinit { desk.watch.endCall(number) }

  func exchange(
    inputs: [StreamChannel.Input], inputBytes: Int, inputEnded: Bool,
    consumedJobs: Int, consumedBytes: Int
  ) -> StreamChannel.Delivery {
    var delivery = StreamChannel.Delivery()
    for input in inputs {
      // One at a time is given, because there's never room for more.
      if state.withLock({ $0.request }) != nil || desk.isClosed { break }
      let index = state.withLock { state in
        defer { state.nextIndex += input.count }
        return state.nextIndex
      }
      delivery.outcomes.append(outcome(of: input, index))
    }
    let isOver = state.withLock { $0.request } != nil
    delivery.isFinished = inputEnded || isOver || desk.isClosed
    delivery.error = desk.isClosed && !inputEnded && !isOver ? .closed : nil
    delivery.room = delivery.isFinished ? 0 : 1
    delivery.byteRoom = configuration.windowBytes
    if delivery.isFinished { desk.watch.endCall(number) }
    return delivery
  }

  func request(_ request: StreamChannel.Request) {
    state.withLock { $0.request = $0.request ?? request }
  }

  func leave() { request(.stop) }

  // There's never anything to wait for but inputs that come by and by.
  func waitInterruptibly(forRoom: Bool) async { await doorbell.wait() }

  func wait(forRoom: Bool, isLone: Bool, parker: ThreadParker) {
    doorbell.wait(.thread(parker))
    parker.park()
  }

  func becomeQuiet() {}
  func speakUp() {}
  func nudge() { doorbell.ring() }

  private func outcome(of input: StreamChannel.Input, _ index: Int) -> FinishedBatch {
    switch input {
    case .failed(let failure):
      desk.watch.refuse(index, of: number, failure)
      return FinishedBatch(firstIndex: index, count: 1, result: .failure(failure))
    case .encoded(let records): return run(records, index)
    }
  }

  private func run(_ input: Records, _ index: Int) -> FinishedBatch {
    var finished = FinishedBatch(firstIndex: index, count: 1, result: .failure(.cancelled))
    finished.workerPID = getpid()
    let begin = MonotonicClock.now()
    var failures = 0
    while true {
      let start = MonotonicClock.now()
      finished.attempts += 1
      let attempt = InlineWatch.Attempt(
        call: number, index: index, number: finished.attempts, beganAt: start)
      desk.watch.begin(attempt, bytes: input.byteCount)
      finished.result = desk.run(
        input, jobName: jobName, memory: configuration.memory,
        replyLimit: configuration.usableFrameLimit)
      finished.runTime = MonotonicClock.now() - start
      if let timeout = configuration.timeout, finished.runTime > timeout.clampedNanoseconds {
        finished.result = .failure(.timedOut(after: timeout))
      }
      guard case .failure(let failure) = finished.result else {
        desk.watch.end(attempt, nil, retryAfter: nil)
        break
      }
      failures += 1
      let delay = configuration.retry.delay(after: failure, failures: failures)
      desk.watch.end(attempt, failure, retryAfter: delay)
      guard let delay else { break }
      MonotonicClock.sleep(delay)
    }
    finished.queueTime = MonotonicClock.now() - begin - finished.runTime
    return finished
  }
}

/// The one worker of a pool without workers, which isn't there.
///
/// Its servers, which hold the jobs' states, are lent to one job at a time; a job that runs another within itself gets a
/// second one.
final class InlineDesk: Sendable {
  private struct Shared {
    var servers: [String: [Kept]] = [:]
    var isClosed = false
  }

  /// A server is one thread's at a time; the lock sees to that.
  private struct Kept: @unchecked Sendable {
    let server: JobServer
  }

  private let registry: JobRegistry
  let watch: InlineWatch
  private let shared = Mutex(Shared())

  init(registry: JobRegistry, watch: InlineWatch) {
    self.registry = registry
    self.watch = watch
  }

  deinit { close() }

  var isClosed: Bool { shared.withLock { $0.isClosed } }

  /// Takes leave of the jobs' states.
  func close() {
    let servers = shared.withLock { shared in
      shared.isClosed = true
      defer { shared.servers = [:] }
      return shared.servers
    }
    for kept in servers.values.joined() { kept.server.finish() }
    watch.close()
  }

  func run(
    _ input: Records, jobName: String, memory: Int?, replyLimit: Int
  ) -> FinishedBatch.Result {
    let kept =
      shared.withLock { $0.servers[jobName]?.popLast() }
      ?? Kept(server: registry.makeServer(named: jobName))
    let before = JobMemory.allowance
    JobMemory.allowance = memory ?? .max
    let reply = InlineReply()
    input.withRecord(0) { bytes in
      var desk = JobDesk(
        bytes, areSeveral: false, firstID: 1, replies: reply, page: nil, replyLimit: replyLimit)
      kept.server.serve(&desk)
    }
    JobMemory.allowance = before
    let isKept = shared.withLock { shared in
      if !shared.isClosed { shared.servers[jobName, default: []].append(kept) }
      return !shared.isClosed
    }
    if !isKept { kept.server.finish() }
    guard let result = reply.result else { preconditionFailure("a job without a reply") }
    if case .failure(.memoryLimit(let needed, _)) = result {
      return .failure(.memoryLimit(needed: needed, allowed: memory ?? 0))
    }
    return result
  }
}

/// Takes the reply to one job.
private final class InlineReply: ReplySink {
  private(set) var result: FinishedBatch.Result?

  func prepareForJob() {}

  func append(_ payload: [UInt8], id: UInt64, isFailure: Bool, asOneOfSeveral: Bool) {
    if isFailure {
      let message = payload.withUnsafeBytes { bytes in
        Result { () throws(WireError) in try FailureMessage(parsing: bytes) }
      }
      result = .failure(
        (try? message.get()).map(JobFailure.init) ?? .undecodableOutput("a malformed failure"))
    } else {
      var records = RecordWriter()
      records.open()
      payload.withUnsafeBytes { records.writer.write(raw: $0) }
      records.close()
      result = records.take().map { .outputs($0) }
    }
  }
}
