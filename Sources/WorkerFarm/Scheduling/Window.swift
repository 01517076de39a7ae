/// How many inputs of a stream may be accepted and not yet consumed: the bound on its memory.
struct Window: Hashable, Sendable {
  /// The bound in jobs, at least 1.
  var jobs: Int
  /// The bound in bytes of encoded inputs and results. The last job admitted may go over it.
  var bytes: Int

  private(set) var liveJobs = 0
  private(set) var liveBytes = 0
  /// What results have of the live bytes.
  private(set) var resultBytes = 0

  init(jobs: Int, bytes: Int) {
    self.jobs = max(1, jobs)
    self.bytes = max(1, bytes)
  }

  /// How many more inputs may come now.
  var room: Int {
    if liveJobs == 0 { return jobs }
    return liveBytes >= bytes ? 0 : max(0, jobs - liveJobs)
  }

  /// How many bytes they may have, but for the last one, which may have any.
  var byteRoom: Int { max(0, bytes - liveBytes) }

  /// Whether the results held are worth more than the bound: then only the job that everybody waits
  /// for may still be begun. Inputs don't count here: they're held whether their jobs run or not.
  var isOverfull: Bool { resultBytes >= bytes }

  mutating func admit(jobs: Int, bytes: Int) {
    liveJobs += jobs
    liveBytes += bytes
  }

  /// Live jobs' inputs were replaced by their results.
  mutating func replace(input: Int, byResult result: Int) {
    liveBytes += result - input
    resultBytes += result
  }

  mutating func release(jobs: Int, bytes: Int) {
    liveJobs -= jobs
    liveBytes -= bytes
    resultBytes -= bytes
    precondition(liveJobs >= 0 && resultBytes >= 0, "more was consumed than delivered")
  }
}
