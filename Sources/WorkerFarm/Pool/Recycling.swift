/// When a worker that is well is let go and replaced by a fresh one, always between jobs; for jobs that leak,
/// or whose libraries grow with time.
public struct Recycling: Hashable, Sendable {
  /// After so many jobs, at least 1; nil for no such limit.
  public var afterJobs: Int?

  /// When it has served for so long, and its next job would begin; nil for no such limit.
  public var afterTime: Duration?

  /// When it holds more than so many bytes of memory (resident, what it shares with others included) at the end
  /// of a job; nil for no such limit. Worker processes only.
  public var aboveResidentBytes: Int?

  /// Limits of which the first that is reached counts; without any, workers are kept.
  ///
  /// - Parameters:
  ///   - afterJobs: see ``afterJobs``.
  ///   - afterTime: see ``afterTime``.
  ///   - aboveResidentBytes: see ``aboveResidentBytes``.
  public init(
    afterJobs: Int? = nil, afterTime: Duration? = nil, aboveResidentBytes: Int? = nil
  ) {
    self.afterJobs = afterJobs
    self.afterTime = afterTime
    self.aboveResidentBytes = aboveResidentBytes
  }
}
