import DequeModule

/// The consumer's half of a call: pulls inputs while there's room, hands out outcomes.
///
/// Belongs to one task or thread. It's the only place that knows the types; what goes through the engine
/// is bytes. Inputs are pulled only when the consumer asks for an outcome, so an endless sequence is as
/// good as a short one.
final class OutcomeSource<Inputs: IteratorProtocol> where Inputs.Element: Job {
  typealias J = Inputs.Element

  enum Step {
    case outcome(Outcome<J>)
    case wait(forRoom: Bool)
    case end(PoolError?)
  }

  let channel: StreamChannel
  /// Keeps the pool alive while its outcomes are wanted.
  private let pool: WorkerPool
  private var inputs: Inputs
  private var isInputOpen = true
  private var room: Int
  private var byteRoom: Int
  private var pending: PendingInputs<J>
  private var delivered = Deque<RawOutcome>()
  private var end: StreamChannel.Delivery?
  private var consumedJobs = 0
  private var consumedBytes = 0
  private var lastExchange = MonotonicClock.now()

  /// How long inputs are gathered before they're handed over: a slow sequence hands over one by one, a
  /// quick one in batches that make the lock cheap.
  private static var gatherTime: Nanoseconds { 100_000 }
  private static var gatherBytes: Int { 64 << 10 }

  init(_ inputs: Inputs, pool: WorkerPool, isOrdered: Bool) {
    self.inputs = inputs
    self.pool = pool
    channel = pool.makeChannel(jobName: J.jobName, isOrdered: isOrdered)
    pending = PendingInputs(isOrdered: isOrdered)
    let window = pool.configuration.policy.window
    room = window.room
    byteRoom = window.byteRoom
  }

  deinit {
    // The consumer left the loop early.
    if end == nil { channel.request(.abort) }
  }

  /// Goes on as far as possible without waiting.
  func step() -> Step {
    while true {
      if isInputOpen && room > 0 { feed() }
      if let raw = delivered.popFirst() {
        reportProgressIfLate()
        return .outcome(open(raw))
      }
      if let end {
        if let (index, input) = pending.popAbandoned() {
          return .outcome(.neverBegun(index: index, input: input))
        }
        return .end(end.error)
      }
      take(exchange())
      let mayFeed = isInputOpen && room > 0
      if delivered.isEmpty && end == nil && !mayFeed { return .wait(forRoom: isInputOpen) }
    }
  }

  // MARK: Down

  private func feed() {
    var batch = InputBatch()
    let start = MonotonicClock.now()
    let byteLimit = min(byteRoom, Self.gatherBytes)
    while batch.count < room, batch.byteCount < byteLimit {
      guard let job = inputs.next() else {
        isInputOpen = false
        break
      }
      batch.append(job)
      pending.append(job)
      if MonotonicClock.now() - start > Self.gatherTime { break }
    }
    take(exchange(batch))
  }

  private func exchange(_ batch: InputBatch = InputBatch()) -> StreamChannel.Delivery {
    defer {
      consumedJobs = 0
      consumedBytes = 0
      lastExchange = MonotonicClock.now()
    }
    return channel.exchange(
      inputs: batch.sealed(), inputBytes: batch.byteCount, inputEnded: !isInputOpen,
      consumedJobs: consumedJobs, consumedBytes: consumedBytes)
  }

  /// While a batch of outcomes is being handed out the pool must hear that there's room again.
  private func reportProgressIfLate() {
    guard isInputOpen, room == 0,
      MonotonicClock.now() - lastExchange > Self.gatherTime
    else { return }
    take(exchange())
  }

  // MARK: Up

  private func take(_ delivery: StreamChannel.Delivery) {
    room = delivery.room
    byteRoom = delivery.byteRoom
    delivered.append(contentsOf: delivery.outcomes)
    if delivery.isFinished {
      end = delivery
      isInputOpen = false
    }
  }

  private func open(_ raw: RawOutcome) -> Outcome<J> {
    consumedJobs += 1
    consumedBytes += raw.result.size
    let result: Result<J.Output, JobFailure>
    switch raw.result {
    case .failure(let failure): result = .failure(failure)
    case .output(let payload):
      do {
        result = .success(
          try payload.withBytes { bytes in
            var reader = ByteReader(bytes)
            return try J.decodeOutput(&reader)
          })
      } catch {
        result = .failure(.undecodableOutput("\(error)"))
      }
    }
    return Outcome(
      index: raw.index, input: pending.remove(raw.index), result: result,
      attempts: raw.attempts, queueTime: .nanoseconds(Int64(clamping: raw.queueTime)),
      runTime: .nanoseconds(Int64(clamping: raw.runTime)), workerPID: raw.workerPID)
  }
}

extension Outcome {
  static func neverBegun(index: Int, input: J) -> Outcome {
    Outcome(
      index: index, input: input, result: .failure(.cancelled), attempts: 0, queueTime: .zero,
      runTime: .zero, workerPID: nil)
  }
}
