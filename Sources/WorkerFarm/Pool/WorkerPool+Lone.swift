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
    switch begin(J.self, gatherer.takeLone()) {
    case .answered(let bytes): return try decodeOutput(bytes, of: job)
    case .begun(let input, let channel): return try finish(job, input, channel)
    }
  }

  /// How a lone job began.
  @usableFromInline
  enum LoneBeginning {
    case answered([UInt8])
    /// It's under way, the only one of the channel's call; or without a channel to be handed over.
    case begun(StreamChannel.Input, StreamChannel?)
  }

  @usableFromInline
  func makeGatherer() -> InputGatherer {
    InputGatherer(limit: configuration.usableFrameLimit, quarantine: configuration.quarantine)
  }

  @usableFromInline
  func begin<J: Job>(_: J.Type, _ input: StreamChannel.Input) -> LoneBeginning {
    guard case .encoded(let record) = input else { return .begun(input, nil) }
    switch runAlone(J.self, record) {
    case .output(let bytes): return .answered(bytes)
    case .underWay(let channel): return .begun(input, channel)
    case .none: return .begun(input, nil)
    }
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
