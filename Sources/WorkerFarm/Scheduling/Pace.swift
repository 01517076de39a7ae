/// How long a job takes, learnt from the replies, and what follows for the number of jobs to keep in
/// flight at one worker.
///
/// A worker should never wait for the coordinator, so it's given work for ``lead`` ahead; but what is
/// in its pipe can't go to another worker, so it's given no more than that.
struct Pace: Hashable, Sendable {
  /// Moving average of a job's time at a worker; nil before the first reply.
  private(set) var jobTime: Nanoseconds?

  /// 1 ms: twenty times the wake-up of a sleeping process measured on a loaded two-core machine,
  /// and less than anybody notices at the end of a run.
  static let lead: Nanoseconds = 1_000_000
  /// Two: one that runs and one that waits, so that a worker never idles for a round trip.
  static let shallowest = 2
  /// Bounds the replies that a pipe must hold and the jobs that return from a dead worker.
  static let deepest = 4096

  /// Jobs to keep in flight at one worker.
  var depth: Int {
    guard let jobTime else { return Self.shallowest }
    return min(Self.deepest, max(Self.shallowest, Int(Self.lead / max(1, jobTime))))
  }

  /// Takes note of `count` replies after `elapsed`.
  ///
  /// Longer jobs count at once, since too deep a pipe costs balance; shorter ones by and by.
  mutating func note(count: Int, elapsed: Nanoseconds) {
    let sample = elapsed / UInt64(max(1, count))
    guard let known = jobTime else {
      jobTime = sample
      return
    }
    jobTime = sample > known ? (known &+ sample) / 2 : (known &* 7 &+ sample) / 8
  }
}
