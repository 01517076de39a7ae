/// How many workers there are, and which have served long enough.
extension Scheduler {
  /// From now on there should be so many workers, at least 1. Those that are too many end when they have
  /// finished what they hold.
  mutating func resize(to count: Int) {
    size = max(1, count)
    // A refusal is history: the system may have more to give by now.
    capacity = size
    while workers.count < size { workers.append(Worker()) }
  }

  /// All workers may be busy with jobs that kill; the pool is well until such a job has failed by name.
  private static let leastRestartBudget = 8

  var restartBudget: Int {
    if let budget = policy.restartBudget { return budget }
    // Those that are too many since the size was changed die as well.
    let alive = workers.count { $0.phase != .absent }
    let attempts = min(policy.retry.attempts, Int.max / 2)
    let (budget, overflow) = (attempts + 1).multipliedReportingOverflow(by: max(size, alive))
    return overflow ? .max : max(Self.leastRestartBudget, budget)
  }

  /// The worker isn't what it was: it goes when it has nothing in flight.
  mutating func wearOut(_ id: WorkerID) { workers[id].isWorn = true }

  /// Lets workers go that are too many or have done their share. The others among them are sent nothing
  /// more, and go when they're done.
  mutating func retireWorn(now: Nanoseconds) {
    var surplus = workers.count { $0.phase == .starting || $0.phase == .ready } - size
    // The last ones first: the others keep their places.
    for index in workers.indices.reversed() {
      guard workers[index].phase == .starting || workers[index].phase == .ready else { continue }
      if surplus > 0 {
        surplus -= 1
        workers[index].isSurplus = true
        workers[index].isWorn = true
      } else if hasServedItsTime(workers[index], now) {
        workers[index].isWorn = true
      }
      if workers[index].isWorn && workers[index].inFlight.isEmpty { retire(index, now: now) }
    }
  }

  mutating func retire(_ id: WorkerID, now: Nanoseconds) {
    workers[id].phase = .retiring
    workers[id].since = now
    actions.append(.retire(id))
  }

  private func hasServedItsTime(_ worker: Worker, _ now: Nanoseconds) -> Bool {
    if jobsLeft(worker) == 0 { return true }
    guard let limit = policy.recycling.afterTime, worker.phase == .ready else { return false }
    return now &- worker.readySince >= limit.clampedNanoseconds && worker.jobsBegun > 0
  }

  /// How many more jobs the worker may be sent.
  func jobsLeft(_ worker: Worker) -> Int {
    policy.recycling.afterJobs.map { max(0, max(1, $0) - worker.jobsBegun) } ?? .max
  }
}
