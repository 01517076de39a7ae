/// A moment by the system's monotonic clock (`CLOCK_MONOTONIC`), which never jumps and is the same for all
/// processes of a machine. It stands still while the machine sleeps.
public struct MonotonicInstant: InstantProtocol, Hashable, Sendable {
  /// Nanoseconds since an unspecified moment, on Linux the start of the machine.
  public let nanoseconds: UInt64

  /// A moment that was kept as a number.
  ///
  /// - Parameter nanoseconds: see ``nanoseconds``.
  public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  /// The present.
  public static var now: MonotonicInstant { MonotonicInstant(nanoseconds: MonotonicClock.now()) }

  /// Stops at the ends of what can be said: 0, and 584 years.
  public func advanced(by duration: Duration) -> MonotonicInstant {
    if duration < .zero {
      let back = (Duration.zero - duration).clampedNanoseconds
      return MonotonicInstant(nanoseconds: nanoseconds > back ? nanoseconds - back : 0)
    }
    let (sum, overflow) = nanoseconds.addingReportingOverflow(duration.clampedNanoseconds)
    return MonotonicInstant(nanoseconds: overflow ? .max : sum)
  }

  /// How long it is until another moment; negative if that came before.
  public func duration(to other: MonotonicInstant) -> Duration {
    other >= self
      ? .nanoseconds(other.nanoseconds - nanoseconds)
      : .zero - .nanoseconds(nanoseconds - other.nanoseconds)
  }

  public static func < (one: MonotonicInstant, other: MonotonicInstant) -> Bool {
    one.nanoseconds < other.nanoseconds
  }
}
