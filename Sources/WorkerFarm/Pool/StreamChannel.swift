import Synchronization

/// What one call and the engine share: inputs go down, outcomes come up, both under one lock.
///
/// ```
///  consumer's task or thread                    engine's thread
///  exchange(inputs, consumed) ──► [ shared ] ──► collect()
///  wait() ◄────────────────────── [ state  ] ◄── post(outcomes, room)
/// ```
@usableFromInline
final class StreamChannel: CallChannel {
  @usableFromInline
  enum Input: Sendable {
    case encoded(Records)
    /// It never gets to a worker; it takes its turn as a failure.
    case failed(JobFailure)

    var count: Int {
      switch self {
      case .encoded(let records): records.count
      case .failed: 1
      }
    }

    /// Bytes of the encoded inputs.
    var size: Int {
      if case .encoded(let records) = self { records.byteCount } else { 0 }
    }
  }

  @usableFromInline
  enum Request: Sendable {
    /// Begin nothing more; what runs may end.
    case stop
    /// Begin nothing more, and kill what runs.
    case abort
  }

  /// What the consumer tells the engine.
  struct News: Sendable {
    var inputs: [Input] = []
    var inputEnded = false
    var request: Request?
    var consumedJobs = 0
    var consumedBytes = 0
  }

  /// What the engine tells the consumer.
  @usableFromInline
  struct Delivery: Sendable {
    var outcomes: [FinishedBatch] = []
    /// How many inputs may be submitted before the next exchange; 0 also if there's no room in bytes.
    var room = 0
    /// How many bytes these inputs may have, but for the last one, which may have any.
    var byteRoom = 0
    var isFinished = false
    /// Why the pool ended the stream; set only when it's finished.
    var error: PoolError?
  }

  private struct Shared {
    var news = News()
    var isAnnounced = false
    var delivery = Delivery()
    var waiter: Waiter?
    /// Whether room alone is reason enough to wake the waiter.
    var waitsForRoom = false
    /// The waiter's task is cancelled: it has nothing to wait for.
    var isInterrupted = false
    /// Somebody has news for the next waiter.
    var isNudged = false
    /// The consumer drives the engine if he may, or speaks up when he goes on.
    var isQuiet = false
    /// Bytes of inputs that the engine hasn't seen.
    var unseenBytes = 0
    /// As many inputs.
    var unseenJobs = 0

    var hasSomething: Bool {
      !delivery.outcomes.isEmpty || delivery.isFinished || isInterrupted || isNudged
        || (waitsForRoom && delivery.room > 0)
    }
  }

  /// The type of the jobs, as the worker's registry knows it.
  let jobName: String
  let isOrdered: Bool
  let timeout: Nanoseconds?
  /// What leaving early asks for.
  private let leaving: Request
  private let mailbox: Mailbox
  private let seat: EngineSeat?
  private let shared: Mutex<Shared>
  @usableFromInline let firstRoom: (jobs: Int, bytes: Int)

  /// - Parameter window: what the scheduler will begin with, so that the first inputs need not wait for
  ///   its word.
  init(
    jobName: String, isOrdered: Bool, timeout: Nanoseconds?, window: Window,
    leaving: Request = .abort, mailbox: Mailbox, seat: EngineSeat? = nil
  ) {
    self.jobName = jobName
    self.isOrdered = isOrdered
    self.timeout = timeout
    self.leaving = leaving
    self.mailbox = mailbox
    self.seat = seat
    firstRoom = (window.room, window.byteRoom)
    shared = Mutex(Shared(delivery: Delivery(room: window.room, byteRoom: window.byteRoom)))
  }

  // MARK: The consumer's side

  @usableFromInline
  func exchange(
    inputs: [Input] = [], inputBytes: Int = 0, inputEnded: Bool = false,
    consumedJobs: Int = 0, consumedBytes: Int = 0
  ) -> Delivery {
    let isNews = !inputs.isEmpty || inputEnded || consumedJobs > 0
    let inputCount = inputs.reduce(0) { $0 + $1.count }
    let (delivery, announce, quietly) = shared.withLock { shared -> (Delivery, Bool, Bool) in
      shared.news.inputs.append(contentsOf: inputs)
      shared.news.inputEnded = shared.news.inputEnded || inputEnded
      shared.news.consumedJobs += consumedJobs
      shared.news.consumedBytes += consumedBytes
      shared.unseenBytes += inputBytes
      shared.unseenJobs += inputCount
      shared.delivery.take(inputs: inputCount, bytes: inputBytes)
      let delivery = shared.delivery
      shared.delivery.outcomes = []
      return (delivery, isNews && Self.markAnnounced(&shared), shared.isQuiet)
    }
    if announce { mailbox.announce(self, quietly: quietly) }
    return delivery
  }

  @usableFromInline
  func request(_ request: Request) {
    let announce = shared.withLock { shared in
      if case .abort = shared.news.request {} else { shared.news.request = request }
      return Self.markAnnounced(&shared)
    }
    if announce { mailbox.announce(self) }
  }

  @usableFromInline
  func leave() { request(leaving) }

  /// Asks for an early end, and lets a waiter go at once, however long the workers take to die.
  func interrupt() {
    leave()
    let waiter = shared.withLock { shared -> Waiter? in
      shared.isInterrupted = true
      defer { shared.waiter = nil }
      return shared.waiter
    }
    waiter?.wake()
  }

  @usableFromInline
  func waitInterruptibly(forRoom: Bool) async {
    await withTaskCancellationHandler {
      await wait(forRoom: forRoom)
    } onCancel: {
      interrupt()
    }
  }

  /// Returns when there's an outcome, the end, or (if `forRoom`) room for an input.
  func wait(forRoom: Bool) async {
    await withCheckedContinuation { continuation in
      park(.task(continuation), forRoom: forRoom)
    }
  }

  @usableFromInline
  func becomeQuiet() { shared.withLock { $0.isQuiet = true } }

  @usableFromInline
  func speakUp() { mailbox.speakUp() }

  @usableFromInline
  func wait(forRoom: Bool, isLone: Bool, parker: ThreadParker) {
    if isLone && seat?.lead(for: self) ?? false { return }
    mailbox.speakUp()
    park(.thread(parker), forRoom: forRoom)
    parker.park()
  }

  @usableFromInline
  func nudge() { post { $0.isNudged = true } }

  private func park(_ waiter: Waiter, forRoom: Bool) {
    let mayGoOn = shared.withLock { shared in
      shared.waitsForRoom = forRoom
      if shared.hasSomething {
        shared.isNudged = false
        return true
      }
      precondition(shared.waiter == nil, "two consumers of one stream")
      shared.waiter = waiter
      return false
    }
    if mayGoOn { waiter.wake() }
  }

  private static func markAnnounced(_ shared: inout Shared) -> Bool {
    defer { shared.isAnnounced = true }
    return !shared.isAnnounced && !shared.delivery.isFinished
  }

  // MARK: The driving consumer's side, see EngineSeat

  var hasSomething: Bool { shared.withLock { $0.hasSomething } }

  /// Who is to be woken by what comes; without a look at what is there.
  func expect(_ waiter: Waiter) { shared.withLock { $0.waiter = waiter } }

  func forgetWaiter() { shared.withLock { $0.waiter = nil } }

  // MARK: The engine's side

  /// Takes everything the consumer has said; nil if it was told of the end already.
  func collect() -> News? {
    shared.withLock { shared in
      guard !shared.delivery.isFinished else { return nil }
      shared.isAnnounced = false
      let news = shared.news
      shared.news = News()
      shared.unseenBytes = 0
      shared.unseenJobs = 0
      return news
    }
  }

  /// Hands over outcomes and the room there is now.
  ///
  /// - Parameters:
  ///   - room: counts every input collected, but not what was handed over since.
  ///   - byteRoom: as `room`, in bytes.
  func post(_ outcomes: [FinishedBatch], room: Int, byteRoom: Int) {
    post { shared in
      shared.delivery.outcomes.append(contentsOf: outcomes)
      shared.delivery.room = room
      shared.delivery.byteRoom = byteRoom
      shared.delivery.take(inputs: shared.unseenJobs, bytes: shared.unseenBytes)
    }
  }

  /// Hands over the last outcomes. Nothing changes if that was done already.
  func postEnd(_ outcomes: [FinishedBatch] = [], error: PoolError?) {
    post { shared in
      guard !shared.delivery.isFinished else { return }
      shared.delivery.outcomes.append(contentsOf: outcomes)
      shared.delivery.room = 0
      shared.delivery.isFinished = true
      shared.delivery.error = error
    }
  }

  private func post(_ change: (inout Shared) -> Void) {
    let waiter = shared.withLock { shared -> Waiter? in
      change(&shared)
      guard shared.hasSomething, let waiter = shared.waiter else { return nil }
      shared.waiter = nil
      shared.isNudged = false
      return waiter
    }
    waiter?.wake()
  }
}

extension StreamChannel.Delivery {
  /// Without room in bytes there's none in jobs either: nobody waits for room that he can't use.
  fileprivate mutating func take(inputs: Int, bytes: Int) {
    byteRoom -= bytes
    room = byteRoom > 0 ? max(0, room - inputs) : 0
  }
}
