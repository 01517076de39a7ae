import Glibc
import Thumbnails
import WorkerFarm

/// A program to be run for a record, by a worker that looks after it.
struct ProgramJob: RecordJob {
  struct Output: Sendable {
    var ending: Termination
    var output: [UInt8]
    var errors: [UInt8]
  }

  let ticket: RecordFlow.Ticket
  private let words: [[UInt8]]
  /// Where the program is, if that's known already.
  private let program: BytePath?
  /// What it reads on standard input; nil for nothing.
  private let input: [UInt8]?

  static let jobName = "farm.program"

  /// - Parameter separator: what follows the record on the program's standard input; nil if it's not given there.
  init(
    _ ticket: RecordFlow.Ticket, template: ProgramTemplate, program: BytePath?,
    input: (isGiven: Bool, end: [UInt8])
  ) {
    self.ticket = ticket
    words = template.filled(with: ticket.record)
    self.program = program
    self.input = input.isGiven ? ticket.record.bytes + input.end : nil
  }

  func run() throws -> Output {
    let path = try program ?? ProgramSearch.find(BytePath(words.first ?? []))
    do {
      return try ProgramProcess(path: path, words: words, input: input).run()
    } catch let error as SystemError where error.call == "posix_spawn" {
      throw BadRecord(description: "\(path): \(SystemError.message(for: error.code))")
    }
  }

  // MARK: Bytes

  func encode(into writer: inout ByteWriter) throws {
    if let problem = ticket.record.problem { throw BadRecord(description: problem) }
    if words.contains(where: { $0.contains(0) }) {
      throw BadRecord(description: "it has a zero byte, which no argument can have; see --pipe")
    }
    writer.write(bytes: program?.bytes ?? [])
    writer.write(UInt8(input == nil ? 0 : 1))
    writer.write(bytes: input ?? [])
    writer.write(UInt32(words.count))
    for word in words { writer.write(bytes: word) }
  }

  init(decoding reader: inout ByteReader) throws {
    let path = try reader.readBytes()
    program = path.isEmpty ? nil : BytePath(path)
    let hasInput = try reader.read(UInt8.self) == 1
    let bytes = try reader.readBytes()
    input = hasInput ? bytes : nil
    words = try (0..<(try reader.read(UInt32.self))).map { _ in try reader.readBytes() }
    // The number is the coordinator's business.
    ticket = RecordFlow.Ticket(record: Record(index: 0, bytes: []), place: 0)
  }

  static func encode(_ output: Output, into writer: inout ByteWriter) {
    switch output.ending {
    case .exited(let status):
      writer.write(UInt8(0))
      writer.write(status)
    case .signalled(let number):
      writer.write(UInt8(1))
      writer.write(number)
    case .unknown, .abandoned:
      writer.write(UInt8(2))
      writer.write(Int32(0))
    }
    writer.write(bytes: output.output)
    writer.write(bytes: output.errors)
  }

  static func decodeOutput(_ reader: inout ByteReader) throws -> Output {
    let kind: UInt8 = try reader.read()
    let number: Int32 = try reader.read()
    let ending: Termination =
      switch kind {
      case 0: .exited(status: number)
      case 1: .signalled(number: number)
      default: .unknown
      }
    return Output(
      ending: ending, output: try reader.readBytes(), errors: try reader.readBytes())
  }

  static func result(of outcome: Result<Output, JobFailure>) -> RecordResult {
    switch outcome {
    case .failure(let failure): return RecordResult(failure)
    case .success(let program):
      var result = RecordResult(end: .done, output: program.output, errors: program.errors)
      if case .exited(let status) = program.ending { result.exitStatus = status }
      if result.exitStatus != 0 {
        result.end = .failed(
          .init(kind: "exitStatus", message: "\(program.ending)", mayRetry: true))
      }
      return result
    }
  }
}
