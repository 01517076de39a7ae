import Synchronization

/// What one call and the engine share: inputs go down, outcomes come up, both under one lock.
///
/// ```
///  consumer's task or thread                    engine's thread
///  exchange(inputs, consumed) ──► [ shared ] ──► collect()
///  wait() ◄────────────────────── [ state  ] ◄── post(outcomes, room)
/// ```
final class StreamChannel: Sendable {
  enum Input: Sendable {
    case encoded(Payload)
    /// It never got so far; it takes its turn as a failure.
    case unencodable(String)
  }

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
  struct Delivery: Sendable {
    var outcomes: [RawOutcome] = []
    /// How many inputs may be submitted before the next exchange.
    var room = 0
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
    /// Bytes of inputs that the engine hasn't seen: it counts the room in bytes only of what it has.
    var unseenBytes = 0

    func room(_ limit: Int) -> Int { unseenBytes < limit ? delivery.room : 0 }

    func hasSomething(_ limit: Int) -> Bool {
      !delivery.outcomes.isEmpty || delivery.isFinished || (waitsForRoom && room(limit) > 0)
    }
  }

  /// The type of the jobs, as the worker's registry knows it.
  let jobName: String
  let isOrdered: Bool
  let timeout: Nanoseconds?
  private let mailbox: Mailbox
  private let unseenLimit: Int
  private let shared: Mutex<Shared>

  /// - Parameter window: what the scheduler will begin with, so that the first inputs need not wait for
  ///   its word.
  init(
    jobName: String, isOrdered: Bool, timeout: Nanoseconds?, window: Window, mailbox: Mailbox
  ) {
    self.jobName = jobName
    self.isOrdered = isOrdered
    self.timeout = timeout
    self.mailbox = mailbox
    unseenLimit = window.bytes
    shared = Mutex(Shared(delivery: Delivery(room: window.room)))
  }

  // MARK: The consumer's side

  /// Hands over inputs and receipts, and takes what has come.
  ///
  /// - Parameter inputBytes: the size of the encoded inputs.
  func exchange(
    inputs: [Input] = [], inputBytes: Int = 0, inputEnded: Bool = false,
    consumedJobs: Int = 0, consumedBytes: Int = 0
  ) -> Delivery {
    let isNews = !inputs.isEmpty || inputEnded || consumedJobs > 0
    let (delivery, announce) = shared.withLock { shared -> (Delivery, Bool) in
      shared.news.inputs.append(contentsOf: inputs)
      shared.news.inputEnded = shared.news.inputEnded || inputEnded
      shared.news.consumedJobs += consumedJobs
      shared.news.consumedBytes += consumedBytes
      shared.delivery.room -= inputs.count
      shared.unseenBytes += inputBytes
      var delivery = shared.delivery
      delivery.room = shared.room(unseenLimit)
      shared.delivery.outcomes = []
      return (delivery, isNews && Self.markAnnounced(&shared))
    }
    if announce { mailbox.announce(self) }
    return delivery
  }

  /// Asks for an early end; outcomes of what was accepted still come, then the stream finishes.
  func request(_ request: Request) {
    let announce = shared.withLock { shared in
      if case .abort = shared.news.request {} else { shared.news.request = request }
      return Self.markAnnounced(&shared)
    }
    if announce { mailbox.announce(self) }
  }

  /// Returns when there's an outcome, the end, or (if `forRoom`) room for an input.
  func wait(forRoom: Bool) async {
    await withCheckedContinuation { continuation in
      park(.task(continuation), forRoom: forRoom)
    }
  }

  /// As ``wait(forRoom:)``, for a thread that may block.
  func wait(forRoom: Bool, parker: ThreadParker) {
    park(.thread(parker), forRoom: forRoom)
    parker.park()
  }

  private func park(_ waiter: Waiter, forRoom: Bool) {
    let mayGoOn = shared.withLock { shared in
      shared.waitsForRoom = forRoom
      if shared.hasSomething(unseenLimit) { return true }
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

  // MARK: The engine's side

  /// Takes everything the consumer has said.
  func collect() -> News {
    shared.withLock { shared in
      shared.isAnnounced = false
      let news = shared.news
      shared.news = News()
      shared.unseenBytes = 0
      return news
    }
  }

  /// Hands over outcomes and the room there is now.
  ///
  /// - Parameter room: counts everything collected, but not what was submitted since.
  func post(_ outcomes: [RawOutcome], room: Int, isFinished: Bool = false, error: PoolError? = nil) {
    let waiter = shared.withLock { shared -> Waiter? in
      shared.delivery.outcomes.append(contentsOf: outcomes)
      shared.delivery.room = max(0, room - shared.news.inputs.count)
      shared.delivery.isFinished = shared.delivery.isFinished || isFinished
      if let error { shared.delivery.error = error }
      guard shared.hasSomething(unseenLimit) else { return nil }
      defer { shared.waiter = nil }
      return shared.waiter
    }
    waiter?.wake()
  }
}
