/// What became of one job: exactly one of these for each input.
public struct Outcome<J: Job>: Sendable {
  /// The input's position in the sequence, from 0.
  public let index: Int

  /// The job itself, as it was given; a failure never loses its input.
  public let input: J

  /// The job's output, or why there's none.
  public let result: Result<J.Output, JobFailure>

  /// How often the job was begun: 1, or more when workers died while they ran it. 0 if it never was.
  public let attempts: Int

  /// From submission until a worker began it for the last time.
  public let queueTime: Duration

  /// How long it ran, as seen by the coordinator; the mean of the batch for jobs that were answered
  /// with one write.
  public let runTime: Duration

  /// The process that answered it, or that died of it; nil if there was none.
  public let workerPID: Int32?

  @inlinable
  init(
    index: Int, input: J, result: Result<J.Output, JobFailure>, attempts: Int,
    queueTime: Duration, runTime: Duration, workerPID: Int32?
  ) {
    self.index = index
    self.input = input
    self.result = result
    self.attempts = attempts
    self.queueTime = queueTime
    self.runTime = runTime
    self.workerPID = workerPID
  }
}

extension Outcome {
  /// The output; throws the ``JobFailure`` if there's none.
  @inlinable
  public func get() throws(JobFailure) -> J.Output { try result.get() }
}
