import WorkerFarm

/// A job whose worker misbehaves. It travels as the job itself, whose name it bears, so that the coordinator needs to
/// know nothing of it.
struct ChaoticJob<Wrapped: Job>: Job {
  let job: Wrapped
  let key: UInt64

  static var jobName: String { Wrapped.jobName }

  func run() throws -> Wrapped.Output {
    Unrest.reach(.beforeRun, key: key)
    defer { Unrest.reach(.afterRun, key: key) }
    return try job.run()
  }

  func encode(into writer: inout ByteWriter) throws { try job.encode(into: &writer) }

  init(decoding reader: inout ByteReader) throws {
    var copy = reader
    key = Unrest.key(name: Self.jobName, input: copy.readRest())
    job = try Wrapped(decoding: &reader)
  }

  static func encode(_ output: Wrapped.Output, into writer: inout ByteWriter) throws {
    try Wrapped.encode(output, into: &writer)
  }

  static func decodeOutput(_ reader: inout ByteReader) throws -> Wrapped.Output {
    try Wrapped.decodeOutput(&reader)
  }
}

/// The same for a job with a state.
struct ChaoticStatefulJob<Wrapped: StatefulJob>: StatefulJob {
  let chaotic: ChaoticJob<Wrapped>

  static var jobName: String { Wrapped.jobName }

  static func setUp() throws -> Wrapped.State { try Wrapped.setUp() }
  static func tearDown(_ state: inout Wrapped.State) { Wrapped.tearDown(&state) }

  func run(with state: inout Wrapped.State) throws -> Wrapped.Output {
    Unrest.reach(.beforeRun, key: chaotic.key)
    defer { Unrest.reach(.afterRun, key: chaotic.key) }
    return try chaotic.job.run(with: &state)
  }

  func encode(into writer: inout ByteWriter) throws { try chaotic.encode(into: &writer) }

  init(decoding reader: inout ByteReader) throws { chaotic = try ChaoticJob(decoding: &reader) }

  static func encode(_ output: Wrapped.Output, into writer: inout ByteWriter) throws {
    try Wrapped.encode(output, into: &writer)
  }

  static func decodeOutput(_ reader: inout ByteReader) throws -> Wrapped.Output {
    try Wrapped.decodeOutput(&reader)
  }
}
