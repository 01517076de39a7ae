extension WorkerPool {
  /// Runs all jobs and returns their outputs in input order.
  ///
  /// - Throws: ``FailedJob`` for the first failure in input order, ``PoolError`` if the pool can't go on,
  ///   `CancellationError` if the task is cancelled. Nothing more is begun then, and what runs is killed.
  public func map<Inputs: Sequence>(
    _ jobs: Inputs
  ) async throws -> [Inputs.Element.Output] where Inputs.Element: Job {
    var gathered = GatheredOutputs<Inputs.Element>(expecting: jobs.underestimatedCount)
    for try await outcome in outcomes(of: jobs) { try gathered.append(outcome) }
    return try gathered.all()
  }

  /// As ``map(_:)``, on a thread that may block.
  public func mapBlocking<Inputs: Sequence>(
    _ jobs: Inputs
  ) throws -> [Inputs.Element.Output] where Inputs.Element: Job {
    var gathered = GatheredOutputs<Inputs.Element>(expecting: jobs.underestimatedCount)
    var outcomes = outcomes(of: jobs).makeBlockingIterator()
    while let outcome = try outcomes.next() { try gathered.append(outcome) }
    return try gathered.all()
  }

  /// Streams the outcomes of jobs, whatever becomes of them.
  ///
  /// - Parameter ordered: whether outcomes come in input order, or each as soon as it's there.
  public func outcomes<Inputs: Sequence>(
    of jobs: Inputs, ordered: Bool = true
  ) -> OutcomeSequence<Inputs> where Inputs.Element: Job {
    OutcomeSequence(inputs: jobs, pool: self, isOrdered: ordered)
  }
}

/// The failure that ended a ``WorkerPool/map(_:)``, with the job it befell.
public struct FailedJob<J: Job>: Error, CustomStringConvertible {
  /// The job's position in the input, from 0.
  public let index: Int
  /// The job itself.
  public let input: J
  /// What happened to it.
  public let failure: JobFailure

  public var description: String { "job \(index), \(input): \(failure)" }
}

private struct GatheredOutputs<J: Job> {
  private var outputs: [J.Output] = []
  private var firstCancelled: FailedJob<J>?

  init(expecting count: Int) { outputs.reserveCapacity(count) }

  mutating func append(_ outcome: Outcome<J>) throws(FailedJob<J>) {
    switch outcome.result {
    case .success(let output): outputs.append(output)
    case .failure(let failure):
      let failed = FailedJob(index: outcome.index, input: outcome.input, failure: failure)
      guard failure == .cancelled else { throw failed }
      // Something happened to the whole pool; the last outcome is followed by the reason.
      firstCancelled = firstCancelled ?? failed
    }
  }

  func all() throws(FailedJob<J>) -> [J.Output] {
    if let firstCancelled { throw firstCancelled }
    return outputs
  }
}
