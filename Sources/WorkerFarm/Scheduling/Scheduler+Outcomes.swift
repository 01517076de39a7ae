import DequeModule

/// From a reply or a verdict to the consumer.
extension Scheduler {
  /// A job has its result, of `size` bytes; delivered now or when its turn comes.
  mutating func finish(_ job: JobID, size: Int) {
    var entry = jobs[job]
    precondition(entry.phase != .finished, "a second result for one job")
    let before = entry.size
    entry.phase = .finished
    entry.size = size
    jobs[job] = entry
    // A stream stays until its last job is delivered.
    guard let index = index(of: entry.stream) else { preconditionFailure("a job without a stream") }
    streams[index].window.replace(input: before, byResult: size)
    deliverReady(index, finished: job)
  }

  private mutating func deliverReady(_ index: Int, finished: JobID) {
    if streams[index].isOrdered {
      while let first = streams[index].order.first, jobs[first].phase == .finished {
        streams[index].order.removeFirst()
        deliver(first, index)
      }
    } else {
      deliver(finished, index)
    }
    finishIfDone(index)
  }

  private mutating func deliver(_ job: JobID, _ index: Int) {
    let attempts = Int(jobs[job].attempts)
    actions.append(.deliver(job, to: streams[index].id, attempts: attempts))
    jobs.remove(job)
    streams[index].undelivered -= 1
  }

  mutating func finishIfDone(_ index: Int) {
    guard streams[index].inputEnded, streams[index].undelivered == 0 else { return }
    actions.append(.finish(streams[index].id))
    streams.remove(at: index)
  }
}
