import Glibc
import Synchronization

/// What is counted and told of a pool without workers: this process stands for the one that isn't there.
///
/// Jobs run on any thread; the lock keeps their events in one order. It isn't held while a job runs, so a job may
/// run others within itself.
final class InlineWatch: Sendable {
  /// One attempt at one job.
  struct Attempt: Sendable {
    var call: Int
    var index: Int
    var number: Int
    var beganAt: Nanoseconds

    var jobs: JobRange { JobRange(call: call, jobs: index..<index + 1) }
  }

  private struct State {
    var observers: Observers
    var ledger = WorkerLedger(places: 1, now: MonotonicClock.now())
    var lastCall = 0
    /// Calls that haven't ended.
    var calls: Set<Int> = []
    /// Jobs under way.
    var running = 0
    /// Once it's closed.
    var finalStatistics: PoolStatistics?
  }

  private let state: Mutex<State>

  init(_ configuration: PoolConfiguration) {
    state = Mutex(State(observers: Observers(configuration.observers)))
    state.withLock { state in
      let now = MonotonicClock.now()
      state.ledger.started(0, pid: getpid(), now: now)
      state.observers.tell(.workerStarted(state.ledger.worker(at: 0), at: .now))
      let startUp = state.ledger.ready(0, now: now)
      state.observers.tell(.workerReady(state.ledger.worker(at: 0), startUp: startUp, at: .now))
    }
  }

  // MARK: The pool

  func subscribe(_ subscription: EventSubscription) {
    state.withLock { state in
      if state.finalStatistics == nil {
        state.observers.add(subscription)
      } else {
        subscription.finish()
      }
    }
  }

  var statistics: PoolStatistics {
    state.withLock { $0.finalStatistics ?? $0.ledger.snapshot(now: MonotonicClock.now()) }
  }

  /// What still runs is told nothing of any more.
  func close() {
    state.withLock { state in
      guard state.finalStatistics == nil else { return }
      for call in state.calls.sorted() { state.observers.tell(.callEnded(call, at: .now)) }
      let now = MonotonicClock.now()
      let worker = state.ledger.worker(at: 0)
      state.ledger.ended(0, .retired, now: now)
      state.observers.tell(
        .workerEnded(worker, .retired, .exited(status: 0), lastWords: "", at: .now))
      state.observers.tell(.closed(at: .now))
      state.observers.finish()
      state.finalStatistics = state.ledger.snapshot(now: now)
    }
  }

  // MARK: Calls and jobs

  /// - Returns: the call's number.
  func openCall(_ jobType: String) -> Int {
    state.withLock { state in
      state.lastCall += 1
      let call = state.lastCall
      if state.finalStatistics == nil {
        state.calls.insert(call)
        state.observers.tell(.callOpened(call, jobType: jobType, at: .now))
      }
      return call
    }
  }

  /// Nothing happens if it has ended.
  func endCall(_ call: Int) {
    state.withLock { state in
      guard state.calls.remove(call) != nil, state.finalStatistics == nil else { return }
      state.observers.tell(.callEnded(call, at: .now))
    }
  }

  func begin(_ attempt: Attempt, bytes: Int) {
    change { state in
      state.running += 1
      _ = state.ledger.sent(0, at: attempt.beganAt)
      let worker = state.ledger.worker(at: 0)
      state.observers.tell(
        .jobsSent(attempt.jobs, attempt: attempt.number, bytes: bytes, to: worker, at: .now))
      state.observers.tell(.jobsStarted(attempt.jobs, by: worker, at: .now))
    }
  }

  /// - Parameters:
  ///   - failure: nil if it gave an output.
  ///   - delay: after which it's tried again; nil if it isn't.
  func end(_ attempt: Attempt, _ failure: JobFailure?, retryAfter delay: Nanoseconds?) {
    change { state in
      let now = MonotonicClock.now()
      let run = JobRun(
        worker: state.ledger.worker(at: 0), began: .init(nanoseconds: attempt.beganAt),
        each: .nanoseconds(now &- attempt.beganAt))
      state.running -= 1
      if let failure, let delay {
        state.ledger.retried(1, at: 0)
        state.observers.tell(
          .jobsRetried(
            attempt.jobs, after: failure, attempts: attempt.number,
            due: .init(nanoseconds: now &+ delay), run, at: .now))
      } else if let failure {
        state.ledger.failed(1, failure, at: 0)
        state.observers.tell(
          .jobsFailed(attempt.jobs, failure, attempts: attempt.number, run, at: .now))
      } else {
        state.ledger.done(1, at: 0)
        state.observers.tell(.jobsFinished(attempt.jobs, run, at: .now))
      }
      state.ledger.settled(0, isIdle: state.running == 0, now: now)
    }
  }

  /// A job that isn't run.
  func refuse(_ index: Int, of call: Int, _ failure: JobFailure) {
    change { state in
      state.ledger.failed(1, failure, at: nil)
      let jobs = JobRange(call: call, jobs: index..<index + 1)
      state.observers.tell(.jobsFailed(jobs, failure, attempts: 0, nil, at: .now))
    }
  }

  private func change(_ body: (inout State) -> Void) {
    state.withLock { if $0.finalStatistics == nil { body(&$0) } }
  }
}
