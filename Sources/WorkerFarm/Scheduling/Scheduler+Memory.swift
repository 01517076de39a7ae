import DequeModule

/// Jobs that need more memory than an equal share of the pool's.
///
/// Each busy worker counts with its share, or with what its job was granted if that's more; an idle one
/// with nothing. A job that needs more waits, and nothing else is begun, until there's room for it beside
/// those that are still busy. So a giant is never passed by for ever, and the largest run alone.
extension Scheduler {
  /// What a worker may use without asking.
  var memoryShare: Int? { policy.memory.map { max(1, $0 / policy.workers) } }

  /// A worker says that its first job needs more memory, in place of a reply.
  mutating func demanded(_ id: WorkerID, job: JobID, memory: Int) throws(WireError) {
    try settleFirst(job, of: id)
    // Who asks again for no more, or for a little more each time, would ask for ever.
    let isNews = memory > jobs[job].memory && jobs[job].demands < Self.demandsAllowed
    jobs[job].memory = max(0, memory)
    jobs[job].demands += 1
    if isOver(jobs[job].stream) {
      fail(job, .cancelled)
    } else if isNews && memory <= policy.memory ?? .max {
      jobs[job].phase = .queued
      jobs[job].attempts -= 1
      if jobs[job].deaths > 0 { retries.prepend(job) } else { large.append(job) }
    } else {
      fail(job, .needsMemory(memory))
    }
  }

  private static let demandsAllowed: UInt8 = 3

  /// Whether a large job waits for others to end: nothing else is begun meanwhile.
  var drainsForMemory: Bool {
    !large.isEmpty || retries.contains { jobs[$0].memory > 0 }
  }

  /// Whether a worker that is idle could begin the job now.
  func hasMemory(for job: JobID) -> Bool { hasMemory(jobs[job].memory) }

  /// Whether an idle worker could begin a job that needs this much.
  func hasMemory(_ needed: Int) -> Bool {
    guard let memory = policy.memory, let share = memoryShare else { return true }
    let claimed = workers.reduce(0) { sum, worker in
      worker.inFlight.isEmpty ? sum : sum + max(share, worker.memory)
    }
    return max(share, needed) <= memory - claimed
  }

  /// Large jobs run by themselves at their worker, in the order in which they asked.
  mutating func dispatchLarge(now: Nanoseconds) {
    while let job = large.first, hasMemory(for: job), let index = idleWorker(fresh: false) {
      large.removeFirst()
      sendAlone(job, to: index, now: now)
    }
  }
}
