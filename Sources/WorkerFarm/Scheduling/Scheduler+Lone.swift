/// A job that the engine sends without asking, see `Engine+Lone.swift`.
extension Scheduler {
  /// A worker that has nothing to do, where nobody wants anything and the rules ask for no look at each job; and the
  /// number that a job sent to it has.
  var placeForLoneJob: (WorkerID, JobID)? {
    guard streams.isEmpty, !isClosing, !hasGivenUp, policy.memory == nil,
      policy.recycling == Recycling(), let worker = idleWorker(fresh: false)
    else { return nil }
    return (worker, JobID(rawValue: lastJob + 1))
  }

  /// The job that was sent to ``placeForLoneJob`` has its output.
  mutating func answeredAlone(at id: WorkerID) {
    lastJob += 1
    workers[id].jobsBegun += 1
    deathsInARow = 0
  }

  /// The job that was sent to ``placeForLoneJob`` is one of this stream, which has no other.
  mutating func adopt(_ input: Records, of stream: StreamID, at id: WorkerID, sentAt: Nanoseconds) {
    submit(input, to: stream, now: sentAt)
    guard let index = index(of: stream), let batch = streams[index].queue.popFirst(atMost: 1) else {
      preconditionFailure("a job that was submitted isn't there")
    }
    streams[index].inputEnded = true
    _ = begin(batch, at: id, now: sentAt)
  }
}
