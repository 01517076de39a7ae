import Glibc
import Testing

@testable import WorkerFarm

/// The conversations in the article "Wire format": the decoder reads them as the article does, and workers answer as
/// they say.
@Suite(.hangGuard) struct ConversationTests {
  private let simple = Conversation(0)
  private let several = Conversation(1)

  @Test func `the decoder reads what the article says`() throws {
    #expect(try kinds(simple.requests) == [.hello, .declare, .job, .job])
    #expect(try kinds(simple.replies) == [.hello, .output, .failure])
    #expect(try kinds(several.requests) == [.hello, .memory, .declare, .jobs])
    #expect(try kinds(several.replies) == [.hello, .results])
    #expect(
      try answers(simple.replies) == [
        .init(id: 1, output: [49, 0, 0, 0, 0, 0, 0, 0]), .init(id: 2, failure: "too large"),
      ])
    #expect(
      try answers(several.replies) == [
        .init(id: 1, output: [4, 0, 0, 0, 0, 0, 0, 0]), .init(id: 2, failure: "too large"),
        .init(id: 3, output: [9, 0, 0, 0, 0, 0, 0, 0]),
      ])
  }

  @Test(.enabled(if: access("/usr/bin/python3", X_OK) == 0))
  func `the worker in Python says byte for byte what the article says`() throws {
    let sources = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let requests = try Pipe()
    let replies = try Pipe()
    let child = try ChildProcess(
      executable: "/usr/bin/python3", arguments: ["python3", "/\(sources)/Workers/square.py"],
      environment: [Array("PYTHONDONTWRITEBYTECODE=1".utf8)],
      descriptors: .init(
        input: requests.reader.number, output: replies.writer.number, error: STDERR_FILENO))
    defer { while child.reapIfEnded() == nil { usleep(1000) } }
    let requestEnds = requests.ends()
    let replyEnds = replies.ends()
    _ = Descriptor(owning: requestEnds.reader)
    _ = Descriptor(owning: replyEnds.writer)
    let answer = Descriptor(owning: replyEnds.reader)
    try say(simple.requests, through: requestEnds.writer)
    #expect(withoutPID(try readAll(answer)) == withoutPID(simple.replies))
  }

  @Test func `a worker in Swift gives the answers that the article gives`() throws {
    let requests = try Pipe()
    let replies = try Pipe()
    let page = try ProgressPage.makeMemory()
    let requestEnds = requests.ends()
    let replyEnds = replies.ends()
    try say(several.requests, through: requestEnds.writer)
    do {
      var loop = ServeLoop(
        registry: JobRegistry([CheckedSquare.self]),
        requests: SharedDescriptor(owning: requestEnds.reader),
        replies: SharedDescriptor(owning: replyEnds.writer),
        page: try ProgressPage(mapping: page.number))
      try loop.run()
    }
    let said = try readAll(Descriptor(owning: replyEnds.reader))
    let helloSize = Frame.headerSize + 16
    let hello = withoutPID(Array(said.prefix(helloSize)))
    #expect(hello == withoutPID(Array(several.replies.prefix(helloSize))))
    // Into how many frames results are put is a matter of time.
    #expect(try answers(said) == answers(several.replies))
    JobMemory.allowance = .max
  }

  // MARK: Reading

  private struct Answer: Equatable {
    var id: UInt64
    var output: [UInt8] = []
    var failure: String?
  }

  private func kinds(_ bytes: [UInt8]) throws -> [Frame.Kind] {
    var decoder = FrameDecoder()
    try feed(bytes, to: &decoder)
    var kinds: [Frame.Kind] = []
    while let frame = try decoder.next() { kinds.append(frame.kind) }
    #expect(decoder.missingAtEnd == 0)
    return kinds
  }

  private func answers(_ bytes: [UInt8]) throws -> [Answer] {
    var decoder = FrameDecoder()
    try feed(bytes, to: &decoder)
    var batch = ReplyBatch()
    while let frame = try decoder.next() {
      if frame.kind != .hello { try batch.append(frame, from: decoder) }
    }
    let chunk = batch.sealed()
    return batch.runs.flatMap { run -> [Answer] in
      switch run.result {
      case .failure(let failure): return [Answer(id: run.first.rawValue, failure: "\(failure)")]
      case .outputs(let range):
        let records = Records(chunk: chunk, range: range)
        return (0..<records.count).map { index in
          let id = run.first.advanced(by: index).rawValue
          return records.withRecord(index) { Answer(id: id, output: Array($0)) }
        }
      }
    }
  }

  private func feed(_ bytes: [UInt8], to decoder: inout FrameDecoder) throws {
    _ = decoder.fill { space in
      space.copyBytes(from: bytes)
      return bytes.count
    }
  }

  /// In a hello's payload the process id is at 8.
  private func withoutPID(_ bytes: [UInt8]) -> [UInt8] {
    let start = Frame.headerSize + 8
    guard bytes.count >= start + 4 else { return bytes }
    return Array(bytes[..<start] + [0, 0, 0, 0] + bytes[(start + 4)...])
  }

  // MARK: Talking

  /// They fit into the pipe, which is closed after them.
  private func say(_ bytes: [UInt8], through number: Int32) throws {
    let pipe = Descriptor(owning: number)
    try bytes.withUnsafeBytes { try pipe.writeAll($0) }
  }

  private func readAll(_ pipe: consuming Descriptor) throws -> [UInt8] {
    var bytes: [UInt8] = []
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 1)
    defer { chunk.deallocate() }
    while case .bytes(let count) = try pipe.read(into: chunk) { bytes += chunk[..<count] }
    return bytes
  }
}

/// One of the article's hex dumps: a sign says who speaks, and what comes after three spaces is for people.
private struct Conversation {
  var requests: [UInt8] = []
  var replies: [UInt8] = []

  init(_ number: Int) {
    let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    let article = readFile("/\(root)/Sources/WorkerFarm/WorkerFarm.docc/WireFormat.md") ?? ""
    let dumps = article.split(separator: "```\n").filter { $0.hasPrefix("> ") }
    guard dumps.count == 2 else { fatalError("the article has \(dumps.count) conversations") }
    var isReply = false
    for line in dumps[number].split(separator: "\n") {
      if line.hasPrefix(">") { isReply = false }
      if line.hasPrefix("<") { isReply = true }
      let hex = line.dropFirst(2).split(separator: "   ")[0]
      let bytes = hex.split(separator: " ").map { digits -> UInt8 in
        guard let byte = UInt8(digits, radix: 16) else { fatalError("no byte: \(line)") }
        return byte
      }
      if isReply { replies += bytes } else { requests += bytes }
    }
  }
}

private struct CheckedSquare: Job {
  static let jobName = "Square"
  var number: UInt64

  struct Overflow: Error, CustomStringConvertible { var description: String { "too large" } }

  func run() throws -> UInt64 {
    if number >= 1 << 32 { throw Overflow() }
    return number * number
  }

  func encode(into writer: inout ByteWriter) { writer.write(number) }
  init(decoding reader: inout ByteReader) throws { number = try reader.read() }
  static func encode(_ output: UInt64, into writer: inout ByteWriter) { writer.write(output) }
  static func decodeOutput(_ reader: inout ByteReader) throws -> UInt64 { try reader.read() }
}
