import WorkerFarm

/// What the lanes do: take records, and begin and end their runs.
extension RecordFlow {
  /// Whether to begin a lane; the caller has to, if it's told so.
  func claimLane() -> Bool { state.withLock { claimLane(&$0) } }

  func claimLane(_ state: inout State) -> Bool {
    // One more than workers: as long as a worker is idle, a lane is to be had.
    guard !state.hasOpenLane, state.hasWaiting, !state.stopped, mayBegin(state, anew: true),
      state.lanes <= limits.workers
    else { return false }
    state.hasOpenLane = true
    state.lanes += 1
    return true
  }

  /// There's no thread for a lane that was claimed. Those that run will claim another one.
  func abandonLane() {
    state.withLock { state in
      state.hasOpenLane = false
      state.lanes -= 1
      if state.lanes == 0 { fail(&state, "no thread can be started") }
    }
    output.signal()
  }

  /// The next record if one is there and may be begun; else the lane is closed.
  func pull() -> Ticket? {
    state.withLock { state in
      guard !state.stopped, mayBegin(state, anew: false), let ticket = next(&state) else {
        state.hasOpenLane = false
        return nil
      }
      state.running += 1
      state.unprinted += ticket.attempts == 0 ? 1 : 0
      state.unprintedBytes += ticket.record.bytes.count
      return ticket
    }
  }

  private func mayBegin(_ state: State, anew: Bool) -> Bool {
    // Half, so that a lane which is opened again has something to do.
    let most = anew ? Self.mostUnprinted / 2 : Self.mostUnprinted
    guard state.unprinted < most, state.unprintedBytes < Self.mostUnprintedBytes else {
      // But what has been printed already needs no room: or a retry would wait for itself.
      return !state.retries.isEmpty && state.running < limits.workers
    }
    let isLong = state.runTime.map { $0 > Self.long } ?? true
    return !isLong || state.running < limits.workers
  }

  private func next(_ state: inout State) -> Ticket? {
    if let ticket = state.retries.popLast() { return ticket }
    guard state.hasWaiting else { return nil }
    let ticket = state.waiting[state.taken]
    state.taken += 1
    state.waitingBytes -= ticket.record.bytes.count
    if state.taken == state.waiting.count || state.taken >= Self.mostWaiting {
      state.waiting.removeFirst(state.taken)
      state.taken = 0
    }
    if state.readerWaits, state.waiting.count - state.taken <= Self.mostWaiting / 2 {
      state.readerWaits = false
      room.signal()
    }
    return ticket
  }

  /// A lane's run has begun; it's known by the number until it ends.
  func register(_ canceller: RunCanceller) -> Int {
    let (number, isLate) = state.withLock { state in
      state.nextLane += 1
      state.cancellers[state.nextLane] = canceller
      return (state.nextLane, state.stopped)
    }
    if isLate { canceller.stop() }
    return number
  }

  /// A lane's run has ended.
  func unregister(_ number: Int, problem: String?) {
    let cancellers = state.withLock { state -> [RunCanceller] in
      state.cancellers[number] = nil
      state.lanes -= 1
      guard let problem else { return [] }
      fail(&state, problem)
      return Array(state.cancellers.values)
    }
    for canceller in cancellers { canceller.stop() }
    output.signal()
  }
}
