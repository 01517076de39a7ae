import Logging

/// What is counted, told and logged about workers.
extension Engine {
  func noteStarted(_ id: WorkerID, _ link: WorkerLink) {
    let now = system.now()
    ledger.started(id, pid: link.body.pid, now: now)
    let worker = ledger.worker(at: id)
    link.lineCutter = configuration.standardErrorHandler.map {
      LineCutter(worker: worker, handler: $0)
    }
    observers.tell(.workerStarted(worker, at: MonotonicInstant(nanoseconds: now)))
  }

  func noteUnavailable(_ id: WorkerID) {
    observers.tell(.workerUnavailable(place: id, reason: latestProblem, at: .now))
    log.write(
      .starts, "a worker can't be started, going on with fewer: \(latestProblem)",
      ["place": "\(id)", "executable": "\(workerName)"])
  }

  func noteUnsandboxed(_ shortfall: String) {
    log.write(
      .sandbox, "workers aren't fully sandboxed: \(shortfall)", ["executable": "\(workerName)"])
  }

  func noteReady(_ id: WorkerID, _ now: Nanoseconds) {
    let startUp = ledger.ready(id, now: now)
    observers.tell(
      .workerReady(
        ledger.worker(at: id), startUp: startUp, at: MonotonicInstant(nanoseconds: now)))
  }

  /// It's being let go: why, is known only now.
  func noteLeave(_ id: WorkerID) {
    let worker = scheduler.workers[id]
    ledger.leaves(id, because: worker.isWorn && !worker.isSurplus ? .recycled : .retired)
  }

  /// To be called before the scheduler hears of the end, and performed after: cause comes before effect.
  func noteEnded(
    _ id: WorkerID, _ link: WorkerLink, _ termination: Termination, _ lastWords: String,
    running: JobID?, _ now: Nanoseconds
  ) {
    // What is still to be performed isn't about what this worker ran.
    perform()
    let worker = ledger.worker(at: id)
    let held = scheduler.workers[id]
    if let running, let batch = held.inFlight.first(where: { $0.contains(running) }) {
      tellStart(of: batch, at: id)
    }
    let ending = ending(of: id, link, termination)
    ledger.ended(id, ending, now: now)
    observers.tell(
      .workerEnded(worker, ending, termination, lastWords: lastWords, at: .now))
    log.write(
      ending.isOrderly ? .ends : .deaths, "worker \(link.body.pid) \(latestProblem)",
      [
        "place": "\(id)", "pid": "\(link.body.pid)", "reason": "\(ending.kind)",
        "inFlight": "\(held.inFlightJobs)",
      ])
    currentRun = JobRun(
      worker: worker, began: MonotonicInstant(nanoseconds: held.since),
      each: .nanoseconds(now &- held.since))
  }

  private func ending(
    of id: WorkerID, _ link: WorkerLink, _ termination: Termination
  ) -> WorkerEnding {
    if let violation = link.violation { return .violation(violation) }
    switch scheduler.workers[id].killReason {
    case .late: return .late
    case .slow: return .unresponsive
    case .overMemory(let used, let allowed): return .overMemory(used: used, allowed: allowed)
    case .recalled: return .recalled
    case .misconduct, nil: break
    }
    if case .signalled = termination { return .crashed }
    // With which status one exits that was let go is its own business.
    return ledger.leave(of: id) ?? .crashed
  }

  func noteSent(bytes count: Int, to id: WorkerID) {
    guard count > 0 else { return }
    ledger.sent(bytes: count, to: id)
    observers.tell(.bytesSent(count, to: ledger.worker(at: id), at: .now))
  }

  func noteReceived(bytes count: Int, from id: WorkerID) {
    ledger.received(bytes: count, from: id)
    observers.tell(.bytesReceived(count, from: ledger.worker(at: id), at: .now))
  }

  func noteGivingUp(_ error: PoolError) {
    observers.tell(.gaveUp(error, at: .now))
    log.write(.end, "worker pool gave up: \(error)", ["executable": "\(workerName)"])
  }
}
