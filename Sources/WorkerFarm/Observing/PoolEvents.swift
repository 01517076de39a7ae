import Synchronization

/// A pool's events as a sequence, see ``WorkerPool/events(buffering:)``.
///
/// It ends with the pool. An event that finds the buffer full is dropped and counted, because a slow consumer
/// mustn't hold up the pool or fill the memory. One consumer at a time.
public struct PoolEvents: AsyncSequence, Sendable {
  /// What the sequence hands out.
  public typealias Element = PoolEvent
  /// Hands out events one after the other.
  public typealias AsyncIterator = AsyncStream<PoolEvent>.AsyncIterator

  let stream: AsyncStream<PoolEvent>
  let subscription: EventSubscription

  init(buffering limit: Int) {
    let (stream, continuation) = AsyncStream.makeStream(
      of: PoolEvent.self, bufferingPolicy: .bufferingOldest(Swift.max(1, limit)))
    self.stream = stream
    subscription = EventSubscription(continuation: continuation)
  }

  /// How many events were dropped so far. Safe to ask at any time from anywhere.
  public var dropped: Int { subscription.dropped.load(ordering: .relaxed) }

  /// Begins to hand out what was told since the sequence was made.
  public func makeAsyncIterator() -> AsyncIterator { stream.makeAsyncIterator() }
}

/// The engine's end of a ``PoolEvents``.
final class EventSubscription: Sendable {
  private let continuation: AsyncStream<PoolEvent>.Continuation
  let dropped = Atomic(0)

  init(continuation: AsyncStream<PoolEvent>.Continuation) { self.continuation = continuation }

  /// False if nobody listens any more.
  func offer(_ event: PoolEvent) -> Bool {
    switch continuation.yield(event) {
    case .enqueued: return true
    case .terminated: return false
    case .dropped: fallthrough
    @unknown default:
      dropped.add(1, ordering: .relaxed)
      return true
    }
  }

  func finish() { continuation.finish() }
}

extension WorkerPool {
  /// What happens in the pool from now on.
  ///
  /// ```swift
  /// let events = pool.events()
  /// Task { for await event in events { print(event) } }
  /// ```
  ///
  /// - Order: that of ``PoolEvent``. Events of calls that are begun after this returns are all in it, as far as they
  ///   weren't dropped.
  /// - Cost: events are built as long as somebody listens; who stops listening should let go of the sequence.
  /// - Parameter limit: how many events wait at most; the next ones are dropped.
  public func events(buffering limit: Int = 4096) -> PoolEvents {
    let events = PoolEvents(buffering: limit)
    subscribe(events.subscription)
    return events
  }
}
