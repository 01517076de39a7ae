import DequeModule

/// Jobs that need more memory than an equal share of the pool's.
///
/// Each busy worker counts with its share, or with what its job was granted if that's more; an idle one
/// with nothing. A job that needs more waits, and nothing else is begun, until there's room for it beside
/// those that are still busy. So a giant is never passed by for ever, and the largest run alone.
extension Scheduler {
  /// What a worker may use without asking: that of one among as many as there were to begin with. Where there are
  /// more by now, they wait until the others leave enough.
  var memoryShare: Int? { policy.memory.map { max(1, $0 / policy.workers) } }

  /// A worker says that its first job needs more memory, in place of a reply.
  mutating func demanded(
    _ id: WorkerID, job: JobID, memory: Int, _ run: Run
  ) throws(WireError) {
    var run = run
    run.workerPID = workers[id].pid
    var batch = try takeFirst(1, from: job, of: id)
    // Who asks again for no more, or for a little more each time, would ask for ever.
    let isNews = memory > batch.memory && batch.demands < Self.demandsAllowed
    batch.memory = max(0, memory)
    batch.demands += 1
    if isOver(batch.stream) {
      finish(batch, .failure(.cancelled), run)
    } else if isNews && memory <= policy.memory ?? .max {
      batch.attempts -= 1
      if batch.isSuspect { suspects.prepend(batch) } else { large.append(batch) }
    } else {
      let failure = JobFailure.memoryLimit(needed: memory, allowed: policy.memory ?? 0)
      finish(batch, .failure(failure), run)
    }
  }

  private static let demandsAllowed: UInt8 = 3

  /// Whether a large job waits for others to end: nothing else is begun meanwhile.
  var drainsForMemory: Bool { !large.isEmpty || suspects.contains { $0.memory > 0 } }

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
    while let job = large.first, hasMemory(job.memory), let index = idleWorker(fresh: false) {
      large.removeFirst()
      sendAlone(job, to: index, now: now)
    }
  }
}
