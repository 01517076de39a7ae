import WorkerFarm

/// The way of results, from a lane to the printer.
extension RecordFlow {
  /// Takes note of a result.
  ///
  /// - Returns: whether to begin a lane, as ``claimLane()``.
  func finish(_ ticket: Ticket, _ result: RecordResult) -> Bool {
    let (cancellers, isClaimed) = state.withLock { state -> ([RunCanceller], Bool) in
      state.running -= 1
      state.unprintedBytes -= ticket.record.bytes.count
      note(result, &state)
      var result = result
      result.attempts += ticket.attempts
      if wantsRetry(result, state) {
        var again = ticket
        again.attempts = result.attempts
        state.retries.append(again)
        return ([], claimLane(&state))
      }
      let finished = Finished(record: ticket.record, result: result)
      state.unprintedBytes += finished.byteCount
      settle(finished, place: ticket.place, &state)
      guard case .failed = result.end, limits.halt != .never, !state.stopped else {
        return ([], claimLane(&state))
      }
      return (stop(&state), false)
    }
    for canceller in cancellers { limits.halt == .now ? canceller.abort() : canceller.stop() }
    output.signal()
    return isClaimed
  }

  private func note(_ result: RecordResult, _ state: inout State) {
    guard result.pid != nil else { return }
    state.runTime = state.runTime.map { ($0 * 7 + result.runTime) / 8 } ?? result.runTime
  }

  /// The one place that decides about trying again; the pool itself does so only after deaths.
  private func wantsRetry(_ result: RecordResult, _ state: State) -> Bool {
    guard case .failed(let failure) = result.end else { return false }
    return failure.mayRetry && result.attempts < limits.attempts && !state.stopped
  }

  private func settle(_ finished: Finished, place: Int, _ state: inout State) {
    guard limits.isOrdered else {
      state.ready.append(finished)
      return
    }
    state.held[place] = finished
    while let next = state.held.removeValue(forKey: state.nextPlace) {
      state.ready.append(next)
      state.nextPlace += 1
    }
  }

  /// What is ready to be printed, after waiting for it; nil when no more will come.
  func takeReady() -> [Finished]? {
    state.wait(on: output) { state in
      let isOver = isOver(&state)
      guard !state.ready.isEmpty else { return isOver ? .some(nil) : nil }
      defer { state.ready = [] }
      return state.ready
    }
  }

  private func isOver(_ state: inout State) -> Bool {
    guard state.lanes == 0 else { return false }
    guard state.stopped else { return state.inputEnded && !state.hasWaiting }
    // Others ahead of them were never begun: their turn won't come.
    state.ready += state.held.sorted { $0.key < $1.key }.map(\.value)
    state.held = [:]
    state.ready += state.retries.map {
      Finished(record: $0.record, result: RecordResult(end: .cancelled, attempts: $0.attempts))
    }
    state.retries = []
    return true
  }

  func printed(_ finished: [Finished]) {
    let bytes = finished.reduce(0) { $0 + $1.byteCount }
    state.withLock { state in
      state.unprinted -= finished.count
      state.unprintedBytes -= bytes
    }
  }
}
