import Glibc

/// Nanoseconds of the monotonic clock. Only this clock decides anything: the wall clock may jump.
@usableFromInline typealias Nanoseconds = UInt64

@usableFromInline
enum MonotonicClock {
  @usableFromInline static func now() -> Nanoseconds {
    var time = timespec()
    // Can't fail: the clock always exists and the pointer is ours.
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Less if a signal comes.
  static func sleep(_ time: Nanoseconds) {
    var time = timespec(
      tv_sec: Int(time / 1_000_000_000), tv_nsec: Int(time % 1_000_000_000))
    nanosleep(&time, nil)
  }
}

extension Duration {
  @inlinable
  static func nanoseconds(_ count: Nanoseconds) -> Duration {
    .nanoseconds(Int64(clamping: count))
  }

  /// The whole duration in nanoseconds; a negative one is 0, one past 584 years the largest value.
  var clampedNanoseconds: Nanoseconds {
    let (seconds, attoseconds) = components
    if seconds < 0 || attoseconds < 0 { return 0 }
    let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return .max }
    let (sum, carried) = whole.addingReportingOverflow(UInt64(attoseconds / 1_000_000_000))
    return carried ? .max : sum
  }
}
