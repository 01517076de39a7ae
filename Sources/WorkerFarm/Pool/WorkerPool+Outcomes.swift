/// Calls that stream outcomes, and calls for one job.
extension WorkerPool {
  /// Streams the outcomes of jobs, whatever becomes of them.
  ///
  /// - Parameters:
  ///   - jobs: taken as the window allows.
  ///   - ordered: whether outcomes come in input order, or each as soon as it's there.
  @inlinable
  public func outcomes<Inputs: Sequence>(
    of jobs: Inputs, ordered: Bool = true
  ) -> OutcomeSequence<Inputs> where Inputs.Element: Job {
    OutcomeSequence(inputs: jobs, pool: self, isOrdered: ordered)
  }

  /// Streams the outcomes of jobs that come by and by.
  ///
  /// Inputs are awaited and outcomes handed out at the same time: an outcome never waits for an input that isn't there.
  ///
  /// - Parameters:
  ///   - jobs: taken as the window allows.
  ///   - ordered: whether outcomes come in input order, or each as soon as it's there.
  public func outcomes<Inputs: AsyncSequence & Sendable>(
    of jobs: Inputs, ordered: Bool = true
  ) -> AsyncOutcomeSequence<Inputs> where Inputs.Element: Job {
    AsyncOutcomeSequence(inputs: jobs, pool: self, isOrdered: ordered)
  }

  /// Runs one job and returns its output. Safe from any task, any number at a time: what a server does with a request.
  ///
  /// - Parameter job: begun as soon as a worker has nothing else to do.
  /// - Throws: ``FailedJob``, ``PoolError`` or `CancellationError`.
  public func run<J: Job>(_ job: J) async throws -> J.Output {
    try await map(CollectionOfOne(job))[0]
  }

  /// Begins one job and returns at once; its outcome can be awaited, or left alone: the job is run all the same.
  ///
  /// ```swift
  /// let picture = pool.submit(Render(scene))
  /// let sound = pool.submit(Mix(tracks))
  /// try await mux(picture.output, sound.output)
  /// ```
  public func submit<J: Job>(_ job: J) -> Submission<J> {
    Submission(
      task: Task {
        var cancelled: Outcome<J>?
        for try await outcome in outcomes(of: CollectionOfOne(job)) {
          guard case .failure(.cancelled) = outcome.result else { return outcome }
          // The reason follows if it's the pool's.
          cancelled = outcome
        }
        guard let cancelled else { throw CancellationError() }
        return cancelled
      })
  }
}

/// One job under way. Safe to use from any task.
public struct Submission<J: Job>: Sendable {
  let task: Task<Outcome<J>, any Error>

  /// What became of the job, as soon as that's known.
  ///
  /// - Throws: ``PoolError`` if the pool can't go on, `CancellationError` after ``cancel()``.
  public var outcome: Outcome<J> {
    get async throws { try await task.value }
  }

  /// The job's output.
  ///
  /// - Throws: ``JobFailure``, and what ``outcome`` throws.
  public var output: J.Output {
    get async throws { try await task.value.get() }
  }

  /// Nobody wants the job any more: it isn't begun, or ends as ``PoolConfiguration/onCancel`` says.
  public func cancel() { task.cancel() }
}
