import DequeModule

/// What consumers ask for: streams that open, go on, and end, and the end of it all.
extension Scheduler {
  mutating func open(isOrdered: Bool, timeout: Nanoseconds?) -> StreamID {
    lastStream += 1
    streams.append(
      Stream(id: lastStream, isOrdered: isOrdered, timeout: timeout, window: policy.window))
    return lastStream
  }

  func index(of id: StreamID) -> Int? { streams.firstIndex { $0.id == id } }

  /// How many more inputs the stream may submit now, and how many bytes they may have but for the last.
  func room(of id: StreamID) -> (jobs: Int, bytes: Int) {
    guard let index = index(of: id), isOpen(index) else { return (0, 0) }
    return (streams[index].window.room, streams[index].window.byteRoom)
  }

  func takesInputs(of id: StreamID) -> Bool { index(of: id).map(isOpen) ?? false }

  private func isOpen(_ index: Int) -> Bool { !streams[index].inputEnded && !hasGivenUp }

  /// Takes inputs; dispatching is up to ``dispatch(now:)``.
  ///
  /// There must be room for them in jobs. In bytes there may be none: results can have outgrown their
  /// inputs since the consumer was told of room.
  ///
  /// - Returns: the first one's id; the others' follow.
  @discardableResult
  mutating func submit(_ inputs: Records, to id: StreamID, now: Nanoseconds) -> JobID {
    let index = admit(inputs.count, to: id)
    let first = JobID(rawValue: lastJob + 1)
    lastJob += UInt64(inputs.count)
    let batch = JobBatch(
      stream: id, firstIndex: streams[index].submitted, firstID: first, inputs: inputs,
      acceptedAt: now)
    streams[index].submitted += inputs.count
    streams[index].window.admit(jobs: inputs.count, bytes: inputs.byteCount)
    streams[index].queue.append(batch)
    return first
  }

  /// Takes an input that needs no worker, because it has failed already; its turn comes all the same.
  mutating func submit(failed failure: JobFailure, to id: StreamID) {
    let index = admit(1, to: id)
    let position = streams[index].submitted
    streams[index].submitted += 1
    let finished = FinishedBatch(firstIndex: position, count: 1, result: .failure(failure))
    streams[index].window.admit(jobs: 1, bytes: 0)
    streams[index].window.replace(input: 0, byResult: finished.size)
    deliver(finished, in: index)
  }

  private mutating func admit(_ count: Int, to id: StreamID) -> Int {
    guard let index = index(of: id) else { preconditionFailure("stream \(id) isn't open") }
    let window = streams[index].window
    precondition(isOpen(index) && window.liveJobs + count <= window.jobs, "there's no room")
    streams[index].undelivered += count
    return index
  }

  mutating func endInput(of id: StreamID) {
    guard let index = index(of: id) else { return }
    streams[index].inputEnded = true
    finishIfDone(index)
  }

  /// The consumer has taken this many outcomes, worth this many bytes.
  mutating func consumed(jobs count: Int, bytes: Int, of id: StreamID) {
    guard let index = index(of: id) else { return }
    streams[index].window.release(jobs: count, bytes: bytes)
  }

  // MARK: Ends

  /// No new work: queued jobs become outcomes that say cancelled, running ones end in their way.
  mutating func stop(_ id: StreamID) {
    guard let index = index(of: id) else { return }
    streams[index].isStopped = true
    streams[index].inputEnded = true
    var queued = streams[index].queue.removeAll()
    queued += (suspects + large).filter { $0.stream == id }
    queued += delayed.lazy.map(\.batch).filter { $0.stream == id }
    suspects.removeAll { $0.stream == id }
    large.removeAll { $0.stream == id }
    delayed.removeAll { $0.batch.stream == id }
    for batch in queued { finish(batch, .failure(.cancelled)) }
    // The last of them may have ended the stream.
    if let index = self.index(of: id) { finishIfDone(index) }
  }

  /// As ``stop(_:)``, and workers that run jobs of the stream are killed.
  mutating func abort(_ id: StreamID) {
    stop(id)
    // Without a job in flight it's gone by now.
    guard let index = index(of: id) else { return }
    streams[index].isAborted = true
    for worker in workers.indices { recallIfAborted(worker) }
  }

  /// Ends a worker whose next reply nobody wants. One that holds such a job behind another's is left
  /// alone until it comes to it: the other stream shouldn't pay.
  mutating func recallIfAborted(_ id: WorkerID) {
    guard let first = workers[id].inFlight.first, let index = index(of: first.stream),
      streams[index].isAborted
    else { return }
    kill(id, .recalled)
  }

  /// Ends the workers, at once or after the work that is queued.
  mutating func close(killing: Bool) {
    isClosing = true
    if killing { killAll() }
  }

  /// Nothing is left to do and nobody is left to do it.
  var isClosed: Bool {
    isClosing && streams.isEmpty && workers.allSatisfy { $0.phase == .absent }
  }

  mutating func killAll() {
    for id in streams.map(\.id) { stop(id) }
    for index in workers.indices { kill(index, .recalled) }
  }

  mutating func kill(_ id: WorkerID, _ reason: KillReason) {
    guard workers[id].phase != .absent, workers[id].phase != .dying else { return }
    workers[id].phase = .dying
    workers[id].killReason = reason
    actions.append(.kill(id))
  }
}
