import Synchronization
import WorkerFarm

/// A job that is a record on its way.
protocol RecordJob: Job {
  var ticket: RecordFlow.Ticket { get }
  /// What its output or failure comes to.
  static func result(of outcome: Result<Output, JobFailure>) -> RecordResult
}

/// A record for a worker that speaks the wire format: its bytes are the input, and what comes back is the
/// output, both as they are.
struct WorkerRecord: RecordJob {
  let ticket: RecordFlow.Ticket

  struct Manner: Sendable {
    /// The job type that workers are told.
    var jobName = "record"
    /// Whether an output that isn't JSON is a failure.
    var answersInJSON = false
  }

  /// What the pool asks the type is here for the command line to say, before any pool is made.
  static var manner: Manner {
    get { shared.withLock { $0 } }
    set { shared.withLock { $0 = newValue } }
  }

  private static let shared = Mutex(Manner())

  static var jobName: String { manner.jobName }

  init(_ ticket: RecordFlow.Ticket) { self.ticket = ticket }

  func encode(into writer: inout ByteWriter) throws {
    if let problem = ticket.record.problem { throw BadRecord(description: problem) }
    ticket.record.bytes.withUnsafeBytes { writer.write(raw: $0) }
  }

  static func decodeOutput(_ reader: inout ByteReader) throws -> [UInt8] {
    let bytes = Array(reader.readRest())
    if manner.answersInJSON, let problem = JSONSyntax.problem(in: bytes) {
      throw BadRecord(description: "not JSON: \(problem)")
    }
    return bytes
  }

  static func result(of outcome: Result<[UInt8], JobFailure>) -> RecordResult {
    switch outcome {
    case .success(let output): RecordResult(end: .done, output: output)
    case .failure(let failure): RecordResult(failure)
    }
  }

  // It's run by other programs alone.

  struct RunElsewhere: Error {}

  func run() throws -> [UInt8] { throw RunElsewhere() }
  init(decoding reader: inout ByteReader) throws { throw RunElsewhere() }
  static func encode(_ output: [UInt8], into writer: inout ByteWriter) throws {
    throw RunElsewhere()
  }
}

/// A record that can't be given to anybody; it takes its turn as a failure.
struct BadRecord: Error, CustomStringConvertible {
  let description: String
}

extension RecordResult {
  init(_ failure: JobFailure) {
    switch failure {
    case .cancelled: self.init(end: .cancelled)
    case .unencodableInput(let reason):
      self.init(end: .failed(Failure(kind: "badRecord", message: reason, mayRetry: false)))
    case .thrown, .crashed, .protocolViolation, .timedOut:
      self.init(
        end: .failed(Failure(kind: failure.kind, message: failure.description, mayRetry: true)))
    case .undecodableInput, .unencodableOutput, .undecodableOutput, .unknownJobType, .memoryLimit,
      .quarantined:
      self.init(
        end: .failed(Failure(kind: failure.kind, message: failure.description, mayRetry: false)))
    }
  }
}
