import Glibc

/// Which failed jobs are tried again, how often, and when.
///
/// ```swift
/// var configuration = PoolConfiguration()
/// configuration.retry = RetryPolicy(attempts: 4, backoff: .exponential(from: .milliseconds(100))) {
///   failure in failure.kind != "memoryLimit"
/// }
/// ```
///
/// A job that comes back unbegun from a dead worker is no attempt and no failure: only the job that a worker
/// was running pays.
public struct RetryPolicy: Sendable {
  /// How often one job may be begun, at least 1.
  public var attempts: Int

  /// How long a failed job waits before it's begun again.
  public var backoff: Backoff

  /// Whether a job that failed like this may be tried again while it has attempts left. Called on the
  /// pool's own thread: it must be quick, and never wait.
  ///
  /// It isn't asked about failures that another attempt can't change: those of encoding and decoding outputs and of
  /// encoding inputs, unknown job types, and what was cancelled or is in quarantine.
  public var isRetried: @Sendable (JobFailure) -> Bool

  /// A policy of one's own.
  ///
  /// - Parameters:
  ///   - attempts: how often one job may be begun, at least 1.
  ///   - backoff: how long a failed job waits before it's begun again.
  ///   - isRetried: see ``isRetried``; every failure that another attempt may change, unless given.
  public init(
    attempts: Int, backoff: Backoff = .none,
    isRetried: @escaping @Sendable (JobFailure) -> Bool = { _ in true }
  ) {
    self.attempts = attempts
    self.backoff = backoff
    self.isRetried = isRetried
  }

  /// Nothing is tried again.
  public static var never: RetryPolicy { RetryPolicy(attempts: 1) }

  /// A job whose worker died or broke the wire format is tried once more, alone. A job that threw, took too
  /// long, or needs too much memory isn't: it would do so again.
  public static var afterCrashes: RetryPolicy { .afterCrashes(attempts: 2) }

  /// As ``afterCrashes``, with another number of attempts.
  public static func afterCrashes(attempts: Int) -> RetryPolicy {
    RetryPolicy(attempts: attempts) { failure in
      switch failure {
      case .crashed, .protocolViolation: true
      default: false
      }
    }
  }

  /// The time to wait before another attempt; nil if there's none.
  ///
  /// - Parameter failures: attempts that failed so far, this one included.
  func delay(after failure: JobFailure, failures: Int) -> Nanoseconds? {
    switch failure {
    // Another try would change nothing, or isn't wanted.
    case .cancelled, .unencodableInput, .undecodableOutput, .unknownJobType, .quarantined:
      return nil
    default: break
    }
    guard failures < attempts, isRetried(failure) else { return nil }
    return backoff.delay(after: failures)
  }
}

extension RetryPolicy {
  /// Waiting times between the attempts at one job.
  public struct Backoff: Hashable, Sendable {
    private var first: Nanoseconds
    private var factor: Double
    private var longest: Nanoseconds

    /// At once.
    public static var none: Backoff { .constant(.zero) }

    /// The same time before each.
    public static func constant(_ delay: Duration) -> Backoff {
      .exponential(from: delay, factor: 1, upTo: delay)
    }

    /// `first` before the second attempt, and `factor` times as long before each one after, but never longer
    /// than `longest`.
    public static func exponential(
      from first: Duration, factor: Double = 2, upTo longest: Duration = .seconds(60)
    ) -> Backoff {
      Backoff(
        first: first.clampedNanoseconds, factor: max(1, factor),
        longest: longest.clampedNanoseconds)
    }

    func delay(after failures: Int) -> Nanoseconds {
      // Zero times infinity is no number.
      let delay = first == 0 ? 0 : Double(first) * pow(factor, Double(max(1, failures) - 1))
      return delay < Double(longest) ? Nanoseconds(delay) : longest
    }
  }
}
