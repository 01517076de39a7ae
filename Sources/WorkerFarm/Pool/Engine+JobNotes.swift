import DequeModule
import Logging

/// What is counted, told and logged about jobs.
extension Engine {
  func noteSent(_ batch: JobBatch, to id: WorkerID) {
    // Nobody is there any more if it died in between.
    guard links[id] != nil else { return }
    let wasIdle = ledger.sent(id, at: scheduler.workers[id].since)
    observers.tell(
      .jobsSent(
        batch.range, attempt: batch.attempts, bytes: batch.size, to: ledger.worker(at: id),
        at: .now))
    if wasIdle { tellStart(of: batch, at: id) }
  }

  func tellStart(of batch: JobBatch, at id: WorkerID) {
    guard !observers.isEmpty, ledger.begins(batch, at: id) else { return }
    observers.tell(.jobsStarted(batch.range, by: ledger.worker(at: id), at: .now))
  }

  /// Has the scheduler take a reply, and notes what comes of it.
  ///
  /// - Parameters:
  ///   - began: when the first of the jobs can have begun; after it, the next one.
  ///   - take: has the scheduler take it.
  func noting(
    _ reply: ReplyBatch.Run, of id: WorkerID, began: inout Nanoseconds, each: Nanoseconds,
    _ take: () throws(WireError) -> Void
  ) throws(WireError) {
    let held = scheduler.workers[id].inFlightJobs
    let start = began
    var answered: [JobBatch] = []
    var isFailure = false
    switch reply.result {
    case .outputs(let range):
      if !observers.isEmpty { answered = batches(of: id, from: reply.first, count: range.count) }
    case .failure:
      isFailure = true
      // What is still to be performed isn't about this job.
      perform()
      if let front = scheduler.workers[id].inFlight.first { tellStart(of: front, at: id) }
      currentRun = run(at: id, began: start, each: each)
    }
    defer {
      let count = held - scheduler.workers[id].inFlightJobs
      began += each * UInt64(count)
      if isFailure {
        perform()
        currentRun = nil
      } else {
        ledger.done(count, at: id)
        tellFinished(answered, id, began: start, each: each)
      }
    }
    try take()
  }

  /// The parts of the batches in flight that answers to consecutive jobs are about.
  private func batches(of id: WorkerID, from first: JobID, count: Int) -> [JobBatch] {
    var found: [JobBatch] = []
    var next = first
    var left = count
    for batch in scheduler.workers[id].inFlight where left > 0 {
      // The scheduler will refuse the rest.
      guard batch.firstID == next else { break }
      tellStart(of: batch, at: id)
      var rest = batch
      let part = batch.count <= left ? batch : rest.splitOff(first: left)
      found.append(part)
      left -= part.count
      next = next.advanced(by: part.count)
    }
    return found
  }

  private func tellFinished(
    _ batches: [JobBatch], _ id: WorkerID, began: Nanoseconds, each: Nanoseconds
  ) {
    var began = began
    for batch in batches {
      observers.tell(.jobsFinished(batch.range, run(at: id, began: began, each: each), at: .now))
      began += each * UInt64(batch.count)
    }
  }

  private func run(at id: WorkerID, began: Nanoseconds, each: Nanoseconds) -> JobRun {
    JobRun(
      worker: ledger.worker(at: id), began: MonotonicInstant(nanoseconds: began),
      each: .nanoseconds(each))
  }

  /// Everything of one read is noted.
  func noteSettled(_ id: WorkerID, _ now: Nanoseconds) {
    let front = scheduler.workers[id].inFlight.first
    ledger.settled(id, isIdle: front == nil, now: now)
    if let front { tellStart(of: front, at: id) }
  }

  // MARK: Failures

  /// An input that needs no worker.
  func refuse(_ failure: JobFailure, of id: StreamID) {
    scheduler.submit(failed: failure, to: id)
    ledger.failed(1, failure, at: nil)
    guard let index = scheduler.index(of: id) else { return }
    let position = scheduler.streams[index].submitted - 1
    observers.tell(
      .jobsFailed(
        JobRange(call: id, jobs: position..<position + 1), failure, attempts: 0, nil, at: .now))
  }

  func noteFailed(_ batch: JobBatch, _ failure: JobFailure) {
    // What is cancelled beside a job that fails didn't run with it.
    let run = failure == .cancelled ? nil : currentRun
    ledger.failed(batch.count, failure, at: run?.worker.place)
    observers.tell(
      .jobsFailed(batch.range, failure, attempts: batch.attempts, run, at: .now))
  }

  func noteRetry(_ batch: JobBatch, _ failure: JobFailure, _ due: Nanoseconds) {
    ledger.retried(batch.count, at: currentRun?.worker.place)
    observers.tell(
      .jobsRetried(
        batch.range, after: failure, attempts: batch.attempts,
        due: MonotonicInstant(nanoseconds: due), currentRun, at: .now))
    log.write(
      .retries, "job \(batch.firstIndex) of call \(batch.stream) is tried again: \(failure)",
      [
        "call": "\(batch.stream)", "job": "\(batch.firstIndex)", "attempts": "\(batch.attempts)",
        "failure": "\(failure.kind)",
      ])
  }

  // MARK: Windows and numbers

  func tellWindows() {
    for stream in scheduler.streams {
      let inFlight = scheduler.workers.reduce(0) { sum, worker in
        worker.inFlight.reduce(sum) { $1.stream == stream.id ? $0 + $1.count : $0 }
      }
      let window = CallWindow(
        call: stream.id, jobs: stream.window.liveJobs, bytes: stream.window.liveBytes,
        queued: stream.queue.count, inFlight: inFlight)
      guard streams[stream.id]?.window != window else { continue }
      streams[stream.id]?.window = window
      observers.tell(.windowChanged(window, at: .now))
    }
  }

  func answer(_ questions: [@Sendable (PoolStatistics) -> Void]) {
    let statistics = ledger.snapshot(now: system.now())
    for answer in questions { answer(statistics) }
  }
}

extension JobBatch {
  fileprivate var range: JobRange {
    JobRange(call: stream, jobs: firstIndex..<firstIndex + count)
  }
}
