/// The job types a worker serves, by name.
struct JobRegistry: Sendable {
  /// Runs one job from its encoded input and appends exactly one reply frame.
  typealias Runner =
    @Sendable (
      _ id: UInt64, _ input: UnsafeRawBufferPointer, _ limit: Int, _ writer: inout ByteWriter
    ) -> Void

  private let runners: [String: Runner]

  init(_ types: [any Job.Type]) {
    var runners: [String: Runner] = [:]
    for type in types {
      precondition(runners[type.jobName] == nil, "two job types are called \(type.jobName)")
      runners[type.jobName] = Self.makeRunner(type)
    }
    self.runners = runners
  }

  /// A runner that reports every job as unknown if no type of that name is served.
  func runner(named name: String) -> Runner {
    runners[name] ?? { id, _, _, writer in
      Self.fail(id, FailureMessage(reason: .unknownJobType, description: name), &writer)
    }
  }

  private static func makeRunner<J: Job>(_: J.Type) -> Runner {
    { id, input, limit, writer in
      let job: J
      do {
        var reader = ByteReader(input)
        job = try J(decoding: &reader)
      } catch {
        fail(id, FailureMessage(reason: .undecodableInput, error), &writer)
        return
      }
      let output: J.Output
      do {
        output = try job.run()
      } catch {
        fail(id, FailureMessage(reason: .thrown, error), &writer)
        return
      }
      reply(J.self, id, output, limit, &writer)
    }
  }

  private static func reply<J: Job>(
    _: J.Type, _ id: UInt64, _ output: J.Output, _ limit: Int, _ writer: inout ByteWriter
  ) {
    let start = writer.bytes.count
    do {
      try writer.writeFrame(.output, id: id) { try J.encode(output, into: &$0) }
    } catch {
      fail(id, FailureMessage(reason: .unencodableOutput, error), &writer)
      return
    }
    let size = writer.bytes.count - start - Frame.headerSize
    guard size > limit else { return }
    writer.bytes.removeLast(writer.bytes.count - start)
    let text = "\(size) bytes, over the limit of \(limit)"
    fail(id, FailureMessage(reason: .unencodableOutput, description: text), &writer)
  }

  private static func fail(_ id: UInt64, _ message: FailureMessage, _ writer: inout ByteWriter) {
    writer.writeFrame(.failure, id: id) { message.write(to: &$0) }
  }
}

extension FailureMessage {
  init(reason: Reason, _ error: any Error) {
    self.init(
      reason: reason, type: String(reflecting: Swift.type(of: error)),
      description: String(describing: error))
  }
}
