import Logging

/// What the engine tells the host's logger, with a bound on how much.
struct PoolLog {
  /// What a message is about; each has its level, and a bound of its own.
  enum Topic: Int, CaseIterable, Sendable {
    /// Workers that ended in another way than the pool wanted.
    case deaths
    /// Workers that ended in order.
    case ends
    /// Workers that couldn't be started.
    case starts
    case retries
    /// Workers that don't have the sandbox that was asked for.
    case sandbox
    /// The end of the pool.
    case end

    var level: Logger.Level {
      switch self {
      case .deaths, .starts, .sandbox: .warning
      case .ends, .retries: .debug
      case .end: .error
      }
    }

    var plural: String {
      switch self {
      case .deaths: "deaths of workers"
      case .ends: "ends of workers"
      case .starts: "failures to start a worker"
      case .retries: "retries"
      case .sandbox: "missing sandboxes"
      case .end: "ends of the pool"
      }
    }
  }

  private let logger: Logger?
  private var limiters = Topic.allCases.map { _ in LogLimiter() }

  init(_ logger: Logger?) { self.logger = logger }

  mutating func write(
    _ topic: Topic, _ message: @autoclosure () -> Logger.Message,
    _ metadata: @autoclosure () -> Logger.Metadata
  ) {
    guard let logger, logger.logLevel <= topic.level,
      let leftOut = limiters[topic.rawValue].admit(at: MonotonicClock.now())
    else { return }
    var metadata = metadata()
    if leftOut > 0 { metadata["leftOut"] = "\(leftOut)" }
    logger.log(level: topic.level, message(), metadata: metadata)
  }

  /// Says what was left out at last.
  func finish() {
    for topic in Topic.allCases {
      let count = limiters[topic.rawValue].leftOut
      guard count > 0 else { continue }
      logger?.log(
        level: topic.level, "\(count) more \(topic.plural) weren't logged",
        metadata: ["leftOut": "\(count)"])
    }
  }
}

/// Lets a few messages through at once and then one a second, so that a storm doesn't flood a log.
struct LogLimiter: Sendable {
  /// Enough to see what goes on; as much as a terminal shows beside other things.
  static let burst = 10
  static let interval: Nanoseconds = 1_000_000_000

  /// How many messages may come at once now.
  private var credit = LogLimiter.burst
  /// When the credit was last counted.
  private var countedAt: Nanoseconds = 0
  /// Since the last message that was let through.
  private(set) var leftOut = 0

  /// How many messages were left out before this one; nil if it's left out itself.
  mutating func admit(at now: Nanoseconds) -> Int? {
    let earned = Int(clamping: (now - countedAt) / Self.interval)
    if earned > 0 {
      credit = min(Self.burst, credit + min(earned, Self.burst))
      countedAt = now
    }
    guard credit > 0 else {
      leftOut += 1
      return nil
    }
    credit -= 1
    defer { leftOut = 0 }
    return leftOut
  }
}
