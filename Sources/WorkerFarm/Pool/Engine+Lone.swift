/// One job alone, for a caller who waits for it and drives the engine, see ``EngineSeat``.
///
/// What the scheduler is for, order, windows and turns, doesn't matter where there's one job and a worker that has nothing
/// to do. So such a job goes to the worker at once and its answer comes back at once, and the scheduler hears of it
/// afterwards; if anything else happens than that answer, the scheduler is told as if it had sent the job itself.
extension Engine {
  /// A job at a worker, unknown to the scheduler so far.
  struct LoneJob {
    let worker: WorkerID
    let link: WorkerLink
    let id: JobID
    let sentAt: Nanoseconds
  }

  /// Sends it, if a worker has nothing to do and is sure to take it at once.
  ///
  /// - Returns: nil if nothing has happened.
  func sendAlone(_ input: Records, type: String, now: Nanoseconds) -> LoneJob? {
    // Who has begun to watch sees every job from then on.
    guard !mailbox.hasLetters, mayBeLed(for: nil), let (worker, id) = scheduler.placeForLoneJob,
      let link = links[worker],
      link.sendAtOnce(input, type: type, id: id)
    else { return nil }
    return LoneJob(worker: worker, link: link, id: id, sentAt: now)
  }

  enum LoneAnswer {
    case notYet
    case output([UInt8])
    /// Whatever it is, it has to be seen to as usual.
    case other
  }

  /// Looks for the answer without waiting.
  func lookForAnswer(to job: LoneJob) -> LoneAnswer {
    switch job.link.fill() {
    case .wouldBlock: return .notYet
    case .closed: return .other
    case .bytes(let count):
      noteReceived(bytes: count, from: job.worker)
      guard let output = job.link.takeOutput(of: job.id) else { return .other }
      note(job)
      return .output(output)
    }
  }

  private func note(_ job: LoneJob) {
    scheduler.answeredAlone(at: job.worker)
    noteSent(bytes: job.link.takeBytesWritten(), to: job.worker)
    _ = ledger.sent(job.worker, at: job.sentAt)
    ledger.done(1, at: job.worker)
    ledger.settled(job.worker, isIdle: true, now: system.now())
  }

  /// From now on it's a job like others, the only one of the channel's call.
  func adopt(_ job: LoneJob, _ input: Records, from channel: StreamChannel) {
    guard let call = openStream(for: channel) else {
      preconditionFailure("a caller drives an engine that takes no calls")
    }
    scheduler.adopt(input, of: call, at: job.worker, sentAt: job.sentAt)
    noteSent(bytes: job.link.takeBytesWritten(), to: job.worker)
    _ = ledger.sent(job.worker, at: job.sentAt)
    // Some of what it said may have been read.
    digest(job.link, job.worker)
  }
}
