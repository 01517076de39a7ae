/// The outcomes of a call, one for each input.
///
/// ```swift
/// for try await outcome in pool.outcomes(of: jobs) {
///   print(outcome.index, outcome.result)
/// }
/// ```
///
/// - Order: that of the inputs, unless the call said `ordered: false`.
/// - Memory: bounded by ``PoolConfiguration/window``, whatever the length of the input and whichever job
///   is slow. Inputs are pulled while an outcome is awaited.
/// - Leaving the loop early, and cancelling the task, begins nothing more; what runs ends as
///   ``PoolConfiguration/onCancel`` says.
/// - Errors: a job's failure is part of its outcome. The sequence itself throws a ``PoolError`` when the
///   pool can't go on, after the outcomes of everything it had taken in, and `CancellationError` when
///   the task is cancelled.
///
/// Each iterator is a run of its own. An iterator belongs to one task.
public struct OutcomeSequence<Inputs: Sequence>: AsyncSequence where Inputs.Element: Job {
  /// One job's outcome.
  public typealias Element = Outcome<Inputs.Element>

  @usableFromInline let inputs: Inputs
  @usableFromInline let pool: WorkerPool
  @usableFromInline let isOrdered: Bool

  @inlinable
  init(inputs: Inputs, pool: WorkerPool, isOrdered: Bool) {
    self.inputs = inputs
    self.pool = pool
    self.isOrdered = isOrdered
  }

  /// Begins a run; the first input is pulled when the first outcome is awaited.
  @inlinable
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(source: makeSource())
  }

  /// An iterator for a thread that may block, for example the main thread of a script.
  @inlinable
  public func makeBlockingIterator() -> BlockingIterator {
    BlockingIterator(source: makeSource())
  }

  @usableFromInline
  func makeSource() -> OutcomeSource<Inputs.Iterator> {
    OutcomeSource(inputs.makeIterator(), pool: pool, isOrdered: isOrdered)
  }

  /// Hands out outcomes one after the other, and ends the run when it's dropped early.
  public struct AsyncIterator: AsyncIteratorProtocol {
    @usableFromInline var source: OutcomeSource<Inputs.Iterator>

    @inlinable
    init(source: OutcomeSource<Inputs.Iterator>) { self.source = source }

    /// The next outcome, or nil after the last.
    ///
    /// - Throws: ``PoolError`` or `CancellationError`.
    @inlinable
    public mutating func next() async throws -> Outcome<Inputs.Element>? {
      try Task.checkCancellation()
      while source.position == source.current.count {
        switch source.step() {
        case .outcomes: break
        case .end(let error):
          if let error { throw error }
          return nil
        case .wait(let forRoom):
          await source.call.channel.waitInterruptibly(forRoom: forRoom)
          try Task.checkCancellation()
        }
      }
      return source.next()
    }
  }

  /// Hands out outcomes on the calling thread, which sleeps meanwhile.
  public struct BlockingIterator {
    @usableFromInline var source: OutcomeSource<Inputs.Iterator>
    private let parker = ThreadParker()

    @usableFromInline
    init(source: OutcomeSource<Inputs.Iterator>) {
      self.source = source
      source.call.channel.becomeQuiet()
    }

    /// The next outcome, or nil after the last.
    @inlinable
    public mutating func next() throws(PoolError) -> Outcome<Inputs.Element>? {
      while source.position == source.current.count {
        switch source.step() {
        case .outcomes: source.call.channel.speakUp()
        case .end(let error):
          if let error { throw error }
          return nil
        case .wait(let forRoom): wait(forRoom: forRoom)
        }
      }
      return source.next()
    }

    @usableFromInline
    func wait(forRoom: Bool) {
      source.call.channel.wait(forRoom: forRoom, isLone: source.isLone, parker: parker)
    }

    /// A handle to end the run from another thread; not from a signal handler, since it takes a lock.
    public var canceller: RunCanceller { RunCanceller(channel: source.call.channel) }
  }
}

/// Ends a run from outside. Safe to use from any thread, also after the run.
public struct RunCanceller: Sendable {
  let channel: any CallChannel

  /// Begins nothing more. Jobs that run end in their own way; what was taken in and not begun comes out
  /// as ``JobFailure/cancelled``.
  public func stop() { channel.request(.stop) }

  /// As ``stop()``, and kills the workers that run jobs of this call.
  public func abort() { channel.request(.abort) }
}
