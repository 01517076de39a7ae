import Synchronization

/// How callers reach the engine's thread.
final class Mailbox: Sendable {
  enum Closing: Hashable, Sendable {
    /// Everything accepted is still done.
    case drain
    /// Workers are killed, what isn't finished is cancelled.
    case kill
  }

  struct Letters: Sendable {
    var channels: [StreamChannel] = []
    var closing: Closing?
    /// How many workers there should be from now on.
    var size: Int?
    var subscriptions: [EventSubscription] = []
    var questions: [@Sendable (PoolStatistics) -> Void] = []

    var isEmpty: Bool {
      channels.isEmpty && closing == nil && size == nil && subscriptions.isEmpty
        && questions.isEmpty
    }
  }

  private struct Shared {
    var letters = Letters()
    var closing: Closing?
    /// The engine will look at the letters before it sleeps, so nobody need wake it.
    var isAwake = true
    var hasEnded = false
    /// Once it has ended.
    var finalStatistics = PoolStatistics(places: [])
    var waiters: [Waiter] = []
  }

  private let shared = Mutex(Shared())
  private let wakeUp: WakeUp
  let sandbox = SandboxLedger()

  init() throws(SystemError) { wakeUp = try WakeUp() }

  // MARK: The callers' side

  /// - Parameter quietly: the caller will see to it that the engine looks, by ``speakUp()`` or by driving it.
  func announce(_ channel: StreamChannel, quietly: Bool = false) {
    let isTooLate = shared.withLock { shared in
      if shared.hasEnded { return true }
      shared.letters.channels.append(channel)
      if !quietly { wake(&shared) }
      return false
    }
    if isTooLate { channel.postEnd(error: .closed) }
  }

  func close(_ closing: Closing) {
    shared.withLock { shared in
      if case .kill = shared.closing { return }
      shared.closing = closing
      shared.letters.closing = closing
      wake(&shared)
    }
  }

  /// Lets the engine see to what was announced quietly.
  func speakUp() {
    shared.withLock { shared in
      if !shared.letters.isEmpty { wake(&shared) }
    }
  }

  /// Makes the engine's thread take a turn.
  func nudge() { shared.withLock { wake(&$0) } }

  func resize(to workers: Int) {
    shared.withLock { shared in
      shared.letters.size = workers
      wake(&shared)
    }
  }

  /// Registers somebody to be woken when the engine's thread has ended; at once if it has.
  func whenEnded(_ waiter: Waiter) {
    let hasEnded = shared.withLock { shared in
      if !shared.hasEnded { shared.waiters.append(waiter) }
      return shared.hasEnded
    }
    if hasEnded { waiter.wake() }
  }

  /// From now on it's told what happens; if that's nothing any more, it ends.
  func subscribe(_ subscription: EventSubscription) {
    let isTooLate = shared.withLock { shared in
      if shared.hasEnded { return true }
      shared.letters.subscriptions.append(subscription)
      wake(&shared)
      return false
    }
    if isTooLate { subscription.finish() }
  }

  /// Has the answer called with what the workers have done, by the engine's thread or at once.
  func ask(_ answer: @escaping @Sendable (PoolStatistics) -> Void) {
    let final = shared.withLock { shared -> PoolStatistics? in
      if shared.hasEnded { return shared.finalStatistics }
      shared.letters.questions.append(answer)
      wake(&shared)
      return nil
    }
    if let final { answer(final) }
  }

  private func wake(_ shared: inout Shared) {
    if !shared.isAwake {
      shared.isAwake = true
      wakeUp.signal()
    }
  }

  // MARK: The engine's side

  /// What to poll.
  var wakeUpDescriptor: Int32 { wakeUp.descriptor.number }

  /// Somebody has said something that isn't collected.
  var hasLetters: Bool { shared.withLock { !$0.letters.isEmpty } }

  func collect() -> Letters {
    shared.withLock { shared in
      let letters = shared.letters
      shared.letters = Letters()
      return letters
    }
  }

  /// Lets the engine's thread wait, unless there are letters.
  func sleep(watch: inout PollSet) {
    let mayFallAsleep = shared.withLock { shared in
      guard shared.letters.isEmpty else { return false }
      shared.isAwake = false
      return true
    }
    _ = watch.sleep(isPatient: mayFallAsleep)
    guard mayFallAsleep else { return }
    shared.withLock { $0.isAwake = true }
    wakeUp.clear()
  }

  /// The last thing that the engine's thread says.
  func end(_ statistics: PoolStatistics = PoolStatistics(places: [])) {
    let (late, waiters) = shared.withLock { shared in
      shared.hasEnded = true
      shared.finalStatistics = statistics
      defer {
        // A channel knows its mailbox: neither would ever go.
        shared.letters = Letters()
        shared.waiters = []
      }
      return (shared.letters, shared.waiters)
    }
    for channel in late.channels { channel.postEnd(error: .closed) }
    for subscription in late.subscriptions { subscription.finish() }
    for answer in late.questions { answer(statistics) }
    for waiter in waiters { waiter.wake() }
  }
}
