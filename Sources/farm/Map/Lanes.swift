import WorkerFarm

/// The threads that have records run by the pool; see ``RecordFlow``.
final class Lanes<J: RecordJob>: Sendable {
  private let flow: RecordFlow
  private let pool: WorkerPool
  private let makeJob: @Sendable (RecordFlow.Ticket) -> J

  init(
    flow: RecordFlow, pool: WorkerPool, makeJob: @escaping @Sendable (RecordFlow.Ticket) -> J
  ) {
    self.flow = flow
    self.pool = pool
    self.makeJob = makeJob
  }

  /// Begins a lane if there's something for it to do.
  func beginIfNeeded() {
    if flow.claimLane() { begin() }
  }

  private func begin() {
    if !startThread({ [self] in runUntilIdle() }) { flow.abandonLane() }
  }

  private func runUntilIdle() {
    repeat { run() } while flow.claimLane()
  }

  /// One run of the pool, over the records that are there.
  private func run() {
    let inputs = Inputs(flow: flow, makeJob: makeJob)
    // The order is made afterwards, so that the first of many doesn't keep the pool from going on.
    var outcomes = pool.outcomes(of: inputs, ordered: false).makeBlockingIterator()
    let number = flow.register(outcomes.canceller)
    do throws(PoolError) {
      while let outcome = try outcomes.next() {
        var result = J.result(of: outcome.result)
        result.attempts = outcome.attempts
        result.queueTime = outcome.queueTime
        result.runTime = outcome.runTime
        result.pid = outcome.workerPID
        if flow.finish(outcome.input.ticket, result) { begin() }
      }
      flow.unregister(number, problem: nil)
    } catch {
      flow.unregister(number, problem: "\(error)")
    }
  }

  private struct Inputs: Sequence, IteratorProtocol {
    let flow: RecordFlow
    let makeJob: @Sendable (RecordFlow.Ticket) -> J

    func next() -> J? { flow.pull().map(makeJob) }
  }
}
