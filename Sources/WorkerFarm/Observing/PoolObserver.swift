/// Somebody who is told what happens in a pool, see ``PoolConfiguration/observers``.
///
/// ```swift
/// struct Deaths: PoolObserver {
///   func observe(_ event: PoolEvent) {
///     if case .workerEnded(let worker, .crashed, let termination, _, _) = event {
///       print("worker \(worker.place) \(termination)")
///     }
///   }
/// }
/// ```
///
/// The pool calls it on its own thread (for a lone job that a blocking call waits for, perhaps on that of the call; an
/// inline pool on those that run the jobs), one event after another, and waits for it: whatever takes long holds up all
/// workers. It mustn't call the pool. A pool without observers builds no events.
public protocol PoolObserver: Sendable {
  /// Hears of one event. It must be quick.
  ///
  /// - Parameter event: the next one, in the order that ``PoolEvent`` promises.
  func observe(_ event: PoolEvent)
}

/// The engine's list of those who are to be told.
struct Observers {
  private var all: [any PoolObserver]
  private var subscriptions: [EventSubscription] = []
  private(set) var isEmpty: Bool

  init(_ observers: [any PoolObserver] = []) {
    all = observers
    isEmpty = observers.isEmpty
  }

  mutating func add(_ subscription: EventSubscription) {
    subscriptions.append(subscription)
    isEmpty = false
  }

  /// Tells everybody. With nobody to tell the event isn't even built, nor a clock read for it.
  @inline(__always)
  mutating func tell(_ event: @autoclosure () -> PoolEvent) {
    if isEmpty { return }
    distribute(event())
  }

  private mutating func distribute(_ event: PoolEvent) {
    for observer in all { observer.observe(event) }
    guard !subscriptions.isEmpty else { return }
    subscriptions.removeAll { !$0.offer(event) }
    isEmpty = all.isEmpty && subscriptions.isEmpty
  }

  /// Nothing more will be told.
  mutating func finish() {
    for subscription in subscriptions { subscription.finish() }
    all = []
    subscriptions = []
    isEmpty = true
  }
}
