import DequeModule

/// From a reply or a verdict to the consumer.
extension Scheduler {
  /// Jobs have their results; delivered now or when their turn comes.
  mutating func finish(_ batch: JobBatch, _ result: FinishedBatch.Result, _ run: Run = Run()) {
    // A stream stays until its last job is delivered.
    guard let index = index(of: batch.stream) else { preconditionFailure("jobs without a stream") }
    if case .failure(let failure) = result { actions.append(.failed(batch, failure)) }
    // A job's own time can't be more than the time since it came.
    let runTime = min(run.time, run.endedAt > batch.acceptedAt ? run.endedAt - batch.acceptedAt : 0)
    let finished = FinishedBatch(
      firstIndex: batch.firstIndex, count: batch.count, result: result, attempts: batch.attempts,
      queueTime: run.endedAt > batch.acceptedAt ? run.endedAt - batch.acceptedAt - runTime : 0,
      runTime: runTime, workerPID: run.workerPID)
    streams[index].window.replace(input: batch.size, byResult: finished.size)
    deliver(finished, in: index)
  }

  /// How jobs came to their end at a worker.
  struct Run: Sendable {
    var endedAt: Nanoseconds = 0
    /// For each of them.
    var time: Nanoseconds = 0
    var workerPID: Int32?
  }

  mutating func deliver(_ batch: FinishedBatch, in index: Int) {
    if !streams[index].isOrdered {
      handOver(batch, index)
    } else if batch.firstIndex != streams[index].nextIndex {
      streams[index].finished[batch.firstIndex] = batch
    } else {
      handOver(batch, index)
      while !streams[index].finished.isEmpty,
        let next = streams[index].finished.removeValue(forKey: streams[index].nextIndex)
      {
        handOver(next, index)
      }
    }
    finishIfDone(index)
  }

  private mutating func handOver(_ batch: FinishedBatch, _ index: Int) {
    actions.append(.deliver(batch, to: streams[index].id))
    streams[index].nextIndex += batch.count
    streams[index].undelivered -= batch.count
  }

  mutating func finishIfDone(_ index: Int) {
    guard streams[index].inputEnded, streams[index].undelivered == 0 else { return }
    actions.append(.finish(streams[index].id))
    streams.remove(at: index)
  }
}
