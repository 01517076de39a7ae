import Glibc
import Synchronization

/// Who drives the engine: as a rule its own thread; for a lone job the caller who waits for it anyway.
///
/// Between two processes, a message and its answer cost two changes of the running thread. With a thread in between they're
/// four. So a caller who may block, and waits for one job while nobody else wants anything, takes the seat: he writes the
/// request, sleeps until the reply is there, and reads it himself. What a caller can't do, he leaves to the thread: starting
/// workers, who end with the thread that started them.
///
/// ```
///  thread: [turn]──poll everything──[turn]──poll letters only, while a caller drives──…
///  caller:                    [turn]──poll everything──[turn] has his outcome
/// ```
final class EngineSeat: @unchecked Sendable {
  // Sendable because the engine, and all that varies here, is touched under the lock only.
  private let engine: Engine
  private let mailbox: Mailbox
  private let lock = Mutex(())

  private var isLed = false
  /// Until then the thread leaves the workers to callers, though none may be driving at the moment: the next lone job
  /// is likely to follow the last.
  private var leaseEnd: Nanoseconds = 0
  /// The thread sleeps until it gets a letter.
  private var threadSleeps = false
  private var patience = Patience(processors: ProcessorCount.available)
  /// Ends a driving caller's sleep.
  private let leaderWakeUp: WakeUp

  /// Long enough that callers with one job after the other aren't disturbed; short enough for what else a worker may have
  /// to say, for example that it died.
  private static let lease: Nanoseconds = 5_000_000

  init(_ engine: Engine, mailbox: Mailbox) throws(SystemError) {
    self.engine = engine
    self.mailbox = mailbox
    leaderWakeUp = try WakeUp()
  }

  // MARK: The thread's side

  /// Works until the pool is closed and all workers are reaped.
  func run() {
    var watch = PollSet()
    while true {
      let goesOn = lock.withLock { _ in
        engine.handle(watch)
        engine.turn()
        if engine.isClosed { return false }
        // Whoever drives sleeps with the descriptors of before: there may be another worker now.
        if isLed { leaderWakeUp.signal() }
        fill(&watch)
        return true
      }
      if !goesOn { break }
      mailbox.sleep(watch: &watch)
    }
    mailbox.end(lock.withLock { _ in engine.finish() })
  }

  private func fill(_ watch: inout PollSet) {
    watch.removeAll()
    watch.add(.mailbox, mailbox.wakeUpDescriptor, POLLIN)
    let now = MonotonicClock.now()
    threadSleeps = isLed && leaseEnd <= now
    if threadSleeps {
      watch.deadline = nil
      return
    }
    if leaseEnd > now {
      watch.deadline = leaseEnd
      return
    }
    engine.addSources(to: &watch)
    watch.deadline = engine.nextDeadline
  }

  // MARK: A caller's side

  /// Drives the engine until the channel has something for its consumer.
  ///
  /// - Returns: false if the thread has to see to it. Then nothing is lost, and the caller waits as others do.
  func lead(for channel: StreamChannel) -> Bool {
    let mayLead =
      lock.withLockIfAvailable { _ in
        guard !isLed, engine.mayBeLed(for: channel) else { return false }
        isLed = true
        leaseEnd = MonotonicClock.now() &+ Self.lease
        return true
      } ?? false
    guard mayLead else { return false }
    return drive(channel)
  }

  /// Sends a job to a worker that has nothing to do, and looks for its answer, but not for long.
  func runAlone(
    _ input: Records, type: String, makeChannel: () -> StreamChannel
  ) -> LoneBeginning {
    lock.withLockIfAvailable { _ in
      let now = MonotonicClock.now()
      guard !isLed, let job = engine.sendAlone(input, type: type, now: now) else { return .unsent }
      leaseEnd = now &+ Self.lease
      if let output = lookForAnswer(to: job) { return .answered(output) }
      let channel = makeChannel()
      engine.adopt(job, input, from: channel)
      return .underWay(channel)
    } ?? .unsent
  }

  private func lookForAnswer(to job: Engine.LoneJob) -> [UInt8]? {
    let looks = patience.takeLooks()
    for _ in 0..<looks {
      switch engine.lookForAnswer(to: job) {
      case .output(let output):
        patience.wasRewarded()
        return output
      case .other: return nil
      case .notYet: break
      }
    }
    patience.wasInVain(looks: looks)
    return nil
  }

  private func drive(_ channel: StreamChannel) -> Bool {
    var watch = PollSet()
    while true {
      let isDone = lock.withLock { _ -> Bool? in
        engine.handle(watch)
        channel.forgetWaiter()
        engine.turn(isLed: true)
        let hasSomething = channel.hasSomething
        if hasSomething || !engine.mayGoOnLed { return leave(hasSomething) }
        watch.removeAll()
        watch.add(.mailbox, leaderWakeUp.descriptor.number, POLLIN)
        engine.addSources(to: &watch)
        watch.deadline = engine.nextDeadline
        channel.expect(.poller(self))
        return nil
      }
      if let isDone { return isDone }
      if watch.sleep() { leaderWakeUp.clear() }
    }
  }

  private func leave(_ hasSomething: Bool) -> Bool {
    isLed = false
    // What is under way needs somebody to look after it.
    leaseEnd = engine.isIdle ? MonotonicClock.now() &+ Self.lease : 0
    if threadSleeps || !engine.isIdle { mailbox.nudge() }
    return hasSomething
  }

  /// Called by whoever has something for the caller who drives.
  func wakeLeader() { leaderWakeUp.signal() }
}
