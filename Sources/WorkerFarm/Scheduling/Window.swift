/// How many inputs of a stream may be accepted and not yet consumed: the bound on its memory.
struct Window: Hashable, Sendable {
  /// The bound in jobs, at least 1.
  var jobs: Int
  /// The bound in bytes of encoded inputs and results. The last job admitted may go over it.
  var bytes: Int

  private(set) var liveJobs = 0
  private(set) var liveBytes = 0

  init(jobs: Int, bytes: Int) {
    self.jobs = max(1, jobs)
    self.bytes = max(1, bytes)
  }

  /// How many more inputs may come now.
  var room: Int {
    if liveJobs == 0 { return jobs }
    return liveBytes >= bytes ? 0 : max(0, jobs - liveJobs)
  }

  /// Whether what is held is worth more than the bound: then only the job that everybody waits for
  /// may still be begun.
  var isOverfull: Bool { liveBytes >= bytes }

  mutating func admit(bytes: Int) {
    liveJobs += 1
    liveBytes += bytes
  }

  /// A live job's bytes changed: its input was replaced by its result.
  mutating func resize(from old: Int, to new: Int) { liveBytes += new - old }

  mutating func release(jobs: Int, bytes: Int) {
    liveJobs -= jobs
    liveBytes -= bytes
    precondition(liveJobs >= 0 && liveBytes >= 0, "more was consumed than delivered")
  }
}
