import Glibc
import Synchronization

/// A call in a pool without workers: its jobs run when their outcomes are asked for, on the thread that asks.
///
/// Everything takes the way that it takes in other pools: the input is encoded, the job made from the bytes, its output
/// encoded and decoded. So what works here works there.
final class InlineChannel: CallChannel {
  private struct State {
    /// nil until it's known whether the pool takes the call.
    var isTaken: Bool?
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
  var firstRoom: (jobs: Int, bytes: Int) { (1, configuration.windowBytes) }

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
    let isTaken = state.withLock { state in
      let isTaken = state.isTaken ?? desk.open(doorbell)
      state.isTaken = isTaken
      return isTaken
    }
    var delivery = StreamChannel.Delivery()
    for input in inputs {
      // One at a time is given, because there's never room for more.
      if !isTaken || isOver { break }
      let index = state.withLock { state in
        defer { state.nextIndex += input.count }
        return state.nextIndex
      }
      delivery.outcomes.append(outcome(of: input, index))
    }
    delivery.isFinished = inputEnded || !isTaken || isOver
    delivery.error = isTaken ? nil : .closed
    delivery.room = delivery.isFinished ? 0 : 1
    delivery.byteRoom = configuration.windowBytes
    if delivery.isFinished {
      desk.watch.endCall(number)
      desk.end(doorbell)
    }
    return delivery
  }

  /// Nothing more may be begun.
  private var isOver: Bool { state.withLock { $0.request } != nil || desk.isCancelled }

  func request(_ request: StreamChannel.Request) {
    state.withLock { $0.request = $0.request ?? request }
    doorbell.ring()
  }

  func leave() {
    request(.stop)
    desk.end(doorbell)
  }

  // There's never anything to wait for but inputs that come by and by.
  func waitInterruptibly(forRoom: Bool) async { await doorbell.wait() }

  func wait(forRoom: Bool, isLone: Bool, parker: ThreadParker) {
    doorbell.wait(.thread(parker))
    parker.park()
  }

  func becomeQuiet() {}
  func speakUp() {}
  func nudge() { doorbell.ring() }

  // MARK: Jobs

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
      let (failure, delay) = verdict(on: finished)
      desk.watch.end(attempt, failure, retryAfter: delay)
      guard let delay else { break }
      guard rest(delay) else {
        finished.result = .failure(.cancelled)
        desk.watch.refuse(index, of: number, .cancelled)
        break
      }
    }
    finished.queueTime = MonotonicClock.now() - begin - finished.runTime
    return finished
  }

  /// Why an attempt failed, and after what time there's another; nil if it didn't, or if there's none.
  private func verdict(on finished: FinishedBatch) -> (JobFailure?, Nanoseconds?) {
    switch finished.result {
    case .outputs: (nil, nil)
    // There's no more to be had than all that it had.
    case .failure(let failure) where failure.kind == "memoryLimit": (failure, nil)
    case .failure(let failure):
      (failure, configuration.retry.delay(after: failure, failures: finished.attempts))
    }
  }

  /// Waits before another attempt; false if nobody wants it any more.
  private func rest(_ time: Nanoseconds) -> Bool {
    let start = MonotonicClock.now()
    while true {
      if isOver || Task.isCancelled { return false }
      let elapsed = MonotonicClock.now() - start
      if elapsed >= time { return true }
      MonotonicClock.sleep(min(time - elapsed, Self.restInterval))
    }
  }

  /// How long a cancelled call may go unnoticed while it waits for another attempt: nobody can wake a thread that may
  /// belong to a task.
  private static let restInterval: Nanoseconds = 10_000_000
}
