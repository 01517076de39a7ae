/// What happens because nothing else did.
extension Scheduler {
  /// When ``tick(now:running:)`` should be called at the latest; nil if nothing can be late.
  var nextDeadline: Nanoseconds? {
    var next = delayed.first?.due
    for worker in workers {
      guard let deadline = deadline(of: worker) else { continue }
      next = min(next ?? .max, deadline)
    }
    return next
  }

  /// Kills whoever is late, and lets jobs go on that waited for another attempt.
  ///
  /// - Parameter running: the job that a worker says it's running, if it says so. One that has come further
  ///   than its replies, which it may hold back, isn't late: its job's time begins when that is seen.
  mutating func tick(now: Nanoseconds, running: (WorkerID) -> JobID? = { _ in nil }) {
    while let first = delayed.first, first.due <= now {
      delayed.removeFirst()
      requeue(first.batch)
    }
    for index in workers.indices {
      guard let deadline = deadline(of: workers[index]), deadline <= now else { continue }
      guard let first = workers[index].inFlight.first else {
        kill(index, .slow)
        continue
      }
      let job = running(index).flatMap { job in
        workers[index].inFlight.contains { $0.contains(job) } ? job : nil
      }
      if let job, job != first.firstID, job != workers[index].seen {
        workers[index].seen = job
        workers[index].since = now
      } else {
        kill(index, .late(job ?? first.firstID))
      }
    }
  }

  private func deadline(of worker: Worker) -> Nanoseconds? {
    let allowance: Nanoseconds?
    switch worker.phase {
    case .starting: allowance = policy.startTimeout
    case .retiring: allowance = policy.retireTimeout
    case .ready:
      allowance = worker.inFlight.first
        .flatMap { index(of: $0.stream) }.flatMap { streams[$0].timeout }
    case .absent, .dying: allowance = nil
    }
    guard let allowance else { return nil }
    let (sum, overflow) = worker.since.addingReportingOverflow(allowance)
    return overflow ? nil : sum
  }
}
