import Synchronization

/// Something for one task or thread to wait for. Rung before anybody waits, it's heard by the next who does.
final class Doorbell: Sendable {
  private struct State {
    var isRung = false
    var waiter: Waiter?
  }

  private let state = Mutex(State())

  func ring() {
    let waiter = state.withLock { state in
      state.isRung = state.waiter == nil
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.wake()
  }

  /// Returns when it's rung, or the task is cancelled.
  func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { wait(.task($0)) }
    } onCancel: {
      ring()
    }
  }

  func wait(_ waiter: Waiter) {
    let wasRung = state.withLock { state in
      defer { state.isRung = false }
      if !state.isRung { state.waiter = waiter }
      return state.isRung
    }
    if wasRung { waiter.wake() }
  }
}
