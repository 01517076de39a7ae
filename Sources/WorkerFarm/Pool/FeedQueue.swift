import DequeModule
import Synchronization

/// A few inputs on their way from the task that awaits them to the one that hands them over.
final class FeedQueue<J: Job>: IteratorProtocol, Sendable {
  private struct State {
    var inputs = Deque<J>()
    var putter: CheckedContinuation<Void, Never>?
    var hasEnded = false
    var error: (any Error)?
    var isClosed = false
  }

  private let state = Mutex(State())

  /// Enough that the two tasks needn't take turns for each input.
  private static var limit: Int { 64 }

  // MARK: The feeder's side

  /// Waits for space; false if nobody takes inputs any more.
  func put(_ input: J, thenTell channel: any CallChannel) async -> Bool {
    let isOpen = state.withLock { state in
      if !state.isClosed { state.inputs.append(input) }
      return !state.isClosed
    }
    guard isOpen else { return false }
    channel.nudge()
    await withCheckedContinuation { continuation in
      let mayGoOn = state.withLock { state in
        if state.isClosed || state.inputs.count < Self.limit { return true }
        state.putter = continuation
        return false
      }
      if mayGoOn { continuation.resume() }
    }
    return state.withLock { !$0.isClosed }
  }

  func end(_ error: (any Error)?) {
    state.withLock { state in
      state.hasEnded = true
      state.error = error
    }
  }

  // MARK: The consumer's side

  /// The next input; nil if there's none at the moment.
  func next() -> J? {
    let (input, putter) = state.withLock { state in
      let input = state.inputs.popFirst()
      guard state.inputs.count < Self.limit / 2 else {
        return (input, nil as CheckedContinuation<Void, Never>?)
      }
      defer { state.putter = nil }
      return (input, state.putter)
    }
    putter?.resume()
    return input
  }

  /// Whether nothing more will come.
  var hasEnded: Bool { state.withLock { $0.hasEnded && $0.inputs.isEmpty } }

  /// Why the inputs ended early.
  var error: (any Error)? { state.withLock { $0.error } }

  func close() {
    let putter = state.withLock { state in
      state.isClosed = true
      state.inputs = []
      defer { state.putter = nil }
      return state.putter
    }
    putter?.resume()
  }
}
