/// Calls that return everything at once.
extension WorkerPool {
  /// Runs all jobs and returns their outputs in input order.
  ///
  /// - Parameter jobs: pulled as the window allows; so all outputs are held, but never all inputs.
  /// - Complexity: each job costs the same, however many there are.
  /// - Throws: ``FailedJob`` for the first failure in input order, ``PoolError`` if the pool can't go on,
  ///   `CancellationError` if the task is cancelled. Nothing more is begun then, and what runs ends as
  ///   ``PoolConfiguration/onCancel`` says.
  @inlinable
  public func map<Inputs: Sequence>(
    _ jobs: Inputs
  ) async throws -> [Inputs.Element.Output] where Inputs.Element: Job {
    var outputs: [Inputs.Element.Output] = []
    outputs.reserveCapacity(jobs.underestimatedCount)
    return try await reduce(jobs, into: outputs) { $0.append($1) }
  }

  /// As `map(_:)` of a sequence, for jobs that come by and by.
  ///
  /// - Parameter jobs: awaited on a task of their own. What they throw is thrown when everything before it is done.
  /// - Throws: as `map(_:)` of a sequence, and what `jobs` throws.
  public func map<Inputs: AsyncSequence & Sendable>(
    _ jobs: Inputs
  ) async throws -> [Inputs.Element.Output] where Inputs.Element: Job {
    try await reduce(jobs, into: []) { $0.append($1) }
  }

  /// Makes a job of each element, runs them, and returns their outputs in the elements' order.
  ///
  /// ```swift
  /// let areas = try await pool.map(zip(widths, heights)) { Area(width: $0, height: $1) }
  /// ```
  ///
  /// - Parameters:
  ///   - inputs: what jobs are made of.
  ///   - job: called once for each element, in order, on the caller's task, as far ahead as the window allows.
  /// - Throws: as `map(_:)`.
  @inlinable
  public func map<Inputs: Sequence, J: Job>(
    _ inputs: Inputs, _ job: @escaping (Inputs.Element) -> J
  ) async throws -> [J.Output] {
    try await map(inputs.lazy.map(job))
  }

  /// As `map(_:)`, on a thread that may block: the main thread of a script, never one of Swift's concurrency.
  ///
  /// - Parameter jobs: pulled as the window allows.
  /// - Throws: ``FailedJob`` or ``PoolError``.
  @inlinable
  public func mapBlocking<Inputs: Sequence>(
    _ jobs: Inputs
  ) throws -> [Inputs.Element.Output] where Inputs.Element: Job {
    var outputs: [Inputs.Element.Output] = []
    outputs.reserveCapacity(jobs.underestimatedCount)
    return try reduceBlocking(jobs, into: outputs) { $0.append($1) }
  }

  /// Combines the outputs in input order while the jobs run, and holds none of them.
  ///
  /// ```swift
  /// let total = try await pool.reduce(files.map(WordCount.init), into: 0) { $0 += $1 }
  /// ```
  ///
  /// - Parameters:
  ///   - jobs: pulled as the window allows.
  ///   - initial: what the first output is combined with, and the result if there are no jobs.
  ///   - update: called with each output, in input order, on the caller's task.
  /// - Throws: as `map(_:)`, and what `update` throws.
  @inlinable
  public func reduce<Inputs: Sequence, Result>(
    _ jobs: Inputs, into initial: Result,
    _ update: (inout Result, Inputs.Element.Output) throws -> Void
  ) async throws -> Result where Inputs.Element: Job {
    var result = initial
    var gathering = Gathering<Inputs.Element>()
    for try await outcome in outcomes(of: jobs) {
      if let output = try gathering.output(of: outcome) { try update(&result, output) }
    }
    try gathering.finish()
    return result
  }

  /// As `reduce(_:into:_:)` of a sequence, for jobs that come by and by.
  ///
  /// - Parameters:
  ///   - jobs: awaited on a task of their own.
  ///   - initial: what the first output is combined with.
  ///   - update: called with each output, in input order, on the caller's task.
  /// - Throws: as `map(_:)`, what `update` throws, and what `jobs` throws.
  public func reduce<Inputs: AsyncSequence & Sendable, Result>(
    _ jobs: Inputs, into initial: Result,
    _ update: (inout Result, Inputs.Element.Output) throws -> Void
  ) async throws -> Result where Inputs.Element: Job {
    var result = initial
    var gathering = Gathering<Inputs.Element>()
    for try await outcome in outcomes(of: jobs) {
      if let output = try gathering.output(of: outcome) { try update(&result, output) }
    }
    try gathering.finish()
    return result
  }

  /// As `reduce(_:into:_:)`, on a thread that may block.
  ///
  /// - Parameters:
  ///   - jobs: pulled as the window allows.
  ///   - initial: what the first output is combined with.
  ///   - update: called with each output, in input order, on the calling thread.
  /// - Throws: ``FailedJob``, ``PoolError``, and what `update` throws.
  @inlinable
  public func reduceBlocking<Inputs: Sequence, Result>(
    _ jobs: Inputs, into initial: Result,
    _ update: (inout Result, Inputs.Element.Output) throws -> Void
  ) throws -> Result where Inputs.Element: Job {
    var result = initial
    var gathering = Gathering<Inputs.Element>()
    var outcomes = outcomes(of: jobs).makeBlockingIterator()
    while let outcome = try outcomes.next() {
      if let output = try gathering.output(of: outcome) { try update(&result, output) }
    }
    try gathering.finish()
    return result
  }
}

/// The failure that ended a call for all outputs, with the job it befell.
public struct FailedJob<J: Job>: Error, CustomStringConvertible {
  /// The job's position in the input, from 0.
  public let index: Int
  /// The job itself.
  public let input: J
  /// What happened to it.
  public let failure: JobFailure

  public var description: String { "job \(index), \(input): \(failure)" }

  @usableFromInline
  init(_ outcome: Outcome<J>, _ failure: JobFailure) {
    self.init(index: outcome.index, input: outcome.input, failure: failure)
  }

  @usableFromInline
  init(index: Int, input: J, failure: JobFailure) {
    self.index = index
    self.input = input
    self.failure = failure
  }
}

/// Finds the failure that a call for all outputs throws.
@usableFromInline
struct Gathering<J: Job> {
  @usableFromInline var firstCancelled: FailedJob<J>?

  @inlinable
  init() {}

  /// The output, unless the job was cancelled.
  @inlinable
  mutating func output(of outcome: Outcome<J>) throws(FailedJob<J>) -> J.Output? {
    switch outcome.result {
    case .success(let output): return output
    case .failure(.cancelled):
      // Something happened to the whole pool; the last outcome is followed by the reason.
      firstCancelled = firstCancelled ?? FailedJob(outcome, .cancelled)
      return nil
    case .failure(let failure): throw FailedJob(outcome, failure)
    }
  }

  @inlinable
  func finish() throws(FailedJob<J>) {
    if let firstCancelled { throw firstCancelled }
  }
}
