/// How a lone job began.
@usableFromInline
enum LoneBeginning {
  case answered([UInt8])
  /// It's under way, and the only one of this channel's call.
  case underWay(StreamChannel)
  /// It's to be handed over as others are.
  case unsent
}

/// A job alone.
extension WorkerPool {
  /// As ``run(_:)``, on a thread that may block; the quickest way to one output.
  ///
  /// - Parameter job: begun as soon as a worker has nothing else to do.
  /// - Throws: ``FailedJob`` or ``PoolError``.
  @inlinable
  public func runBlocking<J: Job>(_ job: J) throws -> J.Output {
    var gatherer = makeGatherer()
    gatherer.append(job)
    let input = gatherer.takeLone()
    switch runAlone(J.self, input) {
    case .answered(let bytes): return try decodeOutput(bytes, of: job)
    case .underWay(let channel): return try finish(job, input, channel)
    case .unsent: return try finish(job, input, nil)
    }
  }

  @usableFromInline
  func makeGatherer() -> InputGatherer {
    InputGatherer(limit: configuration.usableFrameLimit, quarantine: configuration.quarantine)
  }

  @inlinable
  func decodeOutput<J: Job>(_ bytes: [UInt8], of job: J) throws -> J.Output {
    do {
      return try bytes.withUnsafeBytes { raw in
        var reader = ByteReader(raw)
        return try J.decodeOutput(&reader)
      }
    } catch {
      throw FailedJob(index: 0, input: job, failure: .undecodableOutput("\(error)"))
    }
  }

  /// Waits for the outcome as any call does.
  ///
  /// - Parameter channel: the call's, if the job is under way.
  @usableFromInline
  func finish<J: Job>(
    _ job: J, _ input: StreamChannel.Input, _ channel: StreamChannel?
  ) throws -> J.Output {
    let source = OutcomeSource(job, input, underWay: channel, pool: self)
    var outcomes = OutcomeSequence<CollectionOfOne<J>>.BlockingIterator(source: source)
    var gathering = Gathering<J>()
    var output: J.Output?
    while let outcome = try outcomes.next() { output = try gathering.output(of: outcome) }
    try gathering.finish()
    guard let output else { preconditionFailure("a job without an outcome") }
    return output
  }
}
