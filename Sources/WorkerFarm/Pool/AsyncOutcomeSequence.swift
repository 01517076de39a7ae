/// The outcomes of jobs that come by and by, one for each.
///
/// ```swift
/// for try await outcome in pool.outcomes(of: uploads.map(Thumbnail.init)) { … }
/// ```
///
/// As ``OutcomeSequence``, but inputs are awaited on a task of their own, so that an outcome never waits for an input.
/// They are still taken only as the window allows, and a few ahead. When the inputs throw, the outcomes of all that came
/// before are handed out, and then that error is thrown. Each iterator is a run of its own, and belongs to one task.
public struct AsyncOutcomeSequence<Inputs: AsyncSequence & Sendable>: AsyncSequence
where Inputs.Element: Job {
  /// One job's outcome.
  public typealias Element = Outcome<Inputs.Element>

  let inputs: Inputs
  let pool: WorkerPool
  let isOrdered: Bool

  /// Begins a run: inputs are taken from now on.
  public func makeAsyncIterator() -> AsyncIterator {
    let queue = FeedQueue<Inputs.Element>()
    let source = OutcomeSource(
      queue, pool: pool, isOrdered: isOrdered, mayGoOn: { !queue.hasEnded })
    let channel = source.call.channel
    return AsyncIterator(source: source, feeder: Feeder(inputs, into: queue, of: channel))
  }

  /// Hands out outcomes one after the other, and ends the run when it's dropped early.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate var source: OutcomeSource<FeedQueue<Inputs.Element>>
    let feeder: Feeder<Inputs>

    /// The next outcome, or nil after the last.
    ///
    /// - Throws: ``PoolError``, or what the inputs threw, after the outcomes of all that came before;
    ///   `CancellationError` at once.
    public mutating func next() async throws -> Outcome<Inputs.Element>? {
      try Task.checkCancellation()
      while source.position == source.current.count {
        switch source.step() {
        case .outcomes: break
        case .end(let error):
          if let error { throw error }
          if let error = feeder.queue.error { throw error }
          return nil
        case .wait(let forRoom):
          await source.call.channel.waitInterruptibly(forRoom: forRoom)
          try Task.checkCancellation()
        }
      }
      return source.next()
    }
  }
}

/// Awaits inputs on a task of its own, and stops when nobody has use for them.
final class Feeder<Inputs: AsyncSequence & Sendable>: Sendable where Inputs.Element: Job {
  let queue: FeedQueue<Inputs.Element>
  private let task: Task<Void, Never>

  init(_ inputs: Inputs, into queue: FeedQueue<Inputs.Element>, of channel: any CallChannel) {
    self.queue = queue
    task = Task {
      do {
        for try await job in inputs {
          guard await queue.put(job, thenTell: channel) else { return }
        }
        queue.end(nil)
      } catch {
        queue.end(error)
      }
      channel.nudge()
    }
  }

  deinit {
    task.cancel()
    queue.close()
  }
}
