import DequeModule

/// The consumer's half of a call: pulls inputs while there's room, hands out outcomes.
///
/// Belongs to one task or thread. It's the only place that knows the types; what goes through the engine
/// is bytes. Inputs are pulled only when the consumer asks for an outcome, so an endless sequence is as
/// good as a short one.
///
/// What is done for each job can be specialised by whoever uses it, and touches nothing but this value: at ten
/// million jobs a second there are a hundred nanoseconds for each.
@usableFromInline
struct OutcomeSource<Inputs: IteratorProtocol> where Inputs.Element: Job {
  @usableFromInline typealias J = Inputs.Element

  @usableFromInline
  enum Step {
    /// ``current`` has outcomes.
    case outcomes
    case wait(forRoom: Bool)
    case end(PoolError?)
  }

  @usableFromInline let call: Call
  @usableFromInline var inputs: Inputs
  @usableFromInline var isInputOpen = true
  @usableFromInline var room: Int
  @usableFromInline var byteRoom: Int
  @usableFromInline var pending: PendingInputs<J>
  @usableFromInline var gatherer: InputGatherer
  /// What is being handed out, and how far that has come.
  @usableFromInline var current = FinishedBatch(
    firstIndex: 0, count: 0, result: .failure(.cancelled))
  @usableFromInline var position = 0
  /// Whether inputs that give nothing at the moment may do so later; nil if they're over then.
  private let mayGoOn: (@Sendable () -> Bool)?
  /// There's room, but no input at the moment.
  @usableFromInline var awaitsInput = false
  private var delivered = Deque<FinishedBatch>()
  private var end: StreamChannel.Delivery?
  private var consumedJobs = 0
  private var consumedBytes = 0

  /// How long inputs are gathered before they're handed over: a slow sequence hands over one by one, a
  /// quick one in batches that make the lock cheap.
  @usableFromInline static var gatherTime: Nanoseconds { 100_000 }
  @usableFromInline static var gatherBytes: Int { 64 << 10 }
  /// How many inputs are gathered at most between two looks at the clock, which costs as much as an input.
  @usableFromInline static var longestStride: Int { 64 }

  init(
    _ inputs: Inputs, pool: WorkerPool, isOrdered: Bool, mayGoOn: (@Sendable () -> Bool)? = nil
  ) {
    let channel = pool.makeChannel(J.self, isOrdered: isOrdered)
    self.init(inputs, pool, channel, isOrdered: isOrdered, mayGoOn: mayGoOn)
  }

  private init(
    _ inputs: Inputs, _ pool: WorkerPool, _ channel: any CallChannel,
    isOrdered: Bool, mayGoOn: (@Sendable () -> Bool)?
  ) {
    self.inputs = inputs
    self.mayGoOn = mayGoOn
    call = Call(pool: pool, channel: channel)
    pending = PendingInputs(isOrdered: isOrdered)
    gatherer = pool.makeGatherer()
    (room, byteRoom) = channel.firstRoom
  }

  /// For one job that the engine has, or that is encoded and to be handed over.
  init<Lone: Job>(
    _ job: Lone, _ input: StreamChannel.Input, underWay channel: StreamChannel?, pool: WorkerPool
  ) where Inputs == CollectionOfOne<Lone>.Iterator {
    self.init(
      CollectionOfOne(job).makeIterator(), pool,
      channel ?? pool.makeChannel(Lone.self, isOrdered: true), isOrdered: true, mayGoOn: nil)
    isInputOpen = false
    pending.append([job])
    if channel == nil { exchange([input], bytes: input.size) }
  }

  /// Goes on as far as possible without waiting. To be called when ``current`` is used up.
  @inlinable
  mutating func step() -> Step {
    awaitsInput = false
    while true {
      if isInputOpen && room > 0 && !awaitsInput { feed() }
      if takeDelivered() { return .outcomes }
      if hasEnded {
        if takeAbandoned() { return .outcomes }
        return .end(error)
      }
      exchange([], bytes: 0)
      if mustWait { return .wait(forRoom: isInputOpen && !awaitsInput) }
    }
  }

  // MARK: Down

  @inlinable
  mutating func feed() {
    var gathered: [J] = []
    let start = MonotonicClock.now()
    let byteLimit = min(byteRoom, Self.gatherBytes)
    var stride = 1
    var untilClock = 1
    while gatherer.count < room, gatherer.byteCount < byteLimit {
      guard let job = inputs.next() else {
        noteNoInput()
        break
      }
      gatherer.append(job)
      gathered.append(job)
      untilClock -= 1
      guard untilClock == 0 else { continue }
      let elapsed = MonotonicClock.now() - start
      if elapsed > Self.gatherTime { break }
      // Never further than the time that's left will do if the inputs keep their pace.
      stride = elapsed < Self.gatherTime / 8 ? min(4 * stride, Self.longestStride) : 1
      untilClock = stride
    }
    pending.append(gathered)
    let bytes = gatherer.byteCount
    exchange(gatherer.take(), bytes: bytes)
  }

  /// The inputs are over; or, when they come by and by, perhaps not.
  @usableFromInline
  mutating func noteNoInput() {
    // In this order: what comes between the two is told by a nudge.
    awaitsInput = mayGoOn?() ?? false
    isInputOpen = awaitsInput
  }

  @usableFromInline
  mutating func exchange(_ inputs: [StreamChannel.Input], bytes: Int) {
    let delivery = call.channel.exchange(
      inputs: inputs, inputBytes: bytes, inputEnded: !isInputOpen,
      consumedJobs: consumedJobs, consumedBytes: consumedBytes)
    consumedJobs = 0
    consumedBytes = 0
    room = delivery.room
    byteRoom = delivery.byteRoom
    delivered.append(contentsOf: delivery.outcomes)
    if delivery.isFinished {
      end = delivery
      call.hasEnded = true
      isInputOpen = false
    }
  }

  // MARK: Up

  /// Makes the next batch the current one.
  @usableFromInline
  mutating func takeDelivered() -> Bool {
    consumedJobs += current.count
    consumedBytes += current.size
    position = 0
    guard let next = delivered.popFirst() else {
      current = FinishedBatch(firstIndex: 0, count: 0, result: .failure(.cancelled))
      return false
    }
    current = next
    // While outcomes are being handed out the pool must hear that there's room again.
    if isInputOpen && room == 0 && consumedJobs > 0 { exchange([], bytes: 0) }
    return true
  }

  @usableFromInline var hasEnded: Bool { end != nil }
  @usableFromInline var error: PoolError? { end?.error }

  @usableFromInline var mustWait: Bool {
    delivered.isEmpty && end == nil && (awaitsInput || !(isInputOpen && room > 0))
  }

  /// One outcome is awaited, and no input will follow.
  var isLone: Bool { !isInputOpen && pending.count == 1 }

  /// An input that the engine never heard of, or forgot because the pool ended.
  @usableFromInline
  mutating func takeAbandoned() -> Bool {
    guard let index = pending.firstAbandoned() else { return false }
    current = FinishedBatch(firstIndex: index, count: 1, result: .failure(.cancelled))
    return true
  }

  /// The next of ``current``'s outcomes.
  ///
  /// - Precondition: there's one.
  @inlinable
  mutating func next() -> Outcome<J> {
    let index = current.firstIndex + position
    let result: Result<J.Output, JobFailure>
    switch current.result {
    case .failure(let failure): return failed(index, failure)
    case .outputs(let records):
      do {
        result = .success(
          try records.withRecord(position) { bytes in
            var reader = ByteReader(bytes)
            return try J.decodeOutput(&reader)
          })
      } catch {
        result = .failure(.undecodableOutput("\(error)"))
      }
    }
    return outcome(index, pending.remove(index), result)
  }

  @usableFromInline
  mutating func failed(_ index: Int, _ failure: JobFailure) -> Outcome<J> {
    let input = pending.remove(index)
    gatherer.quarantine?.note(failure, of: input)
    return outcome(index, input, .failure(failure))
  }

  @inlinable
  mutating func outcome(
    _ index: Int, _ input: J, _ result: Result<J.Output, JobFailure>
  ) -> Outcome<J> {
    position += 1
    return Outcome(
      index: index, input: input, result: result,
      attempts: current.attempts, queueTime: .nanoseconds(current.queueTime),
      runTime: .nanoseconds(current.runTime), workerPID: current.workerPID)
  }
}

/// Keeps the pool alive while its outcomes are wanted, and ends the call when they're not.
@usableFromInline
final class Call {
  let pool: WorkerPool
  @usableFromInline let channel: any CallChannel
  var hasEnded = false

  init(pool: WorkerPool, channel: any CallChannel) {
    self.pool = pool
    self.channel = channel
  }

  deinit {
    // The consumer left the loop early.
    if !hasEnded { channel.leave() }
  }
}
