import Glibc
import WorkerFarm

/// A session in the words of the wire format: jobs are sent, and each answer has to be the one that is due.
final class Conversation {
  enum Answer {
    case output([UInt8])
    case failure(FailureMessage)

    var description: String {
      switch self {
      case .output(let bytes): "an output of \(bytes.count) bytes"
      case .failure(let message):
        "a failure of reason \(message.reason.rawValue), '\(Console.escaped(message.description))'"
      }
    }
  }

  let session: WorkerSession
  private let frameLimit: Int
  /// Sent and not answered, in order.
  private var due: [UInt64] = []
  private var nextDue = 0
  private var answered: Set<UInt64> = []
  /// Not 0, 1, 2: a worker that counts on its own, or keeps 32 bits, is found out.
  private var nextID: UInt64 = 0x8000_0001_0000_0005

  /// Starts a worker and hears its hello.
  ///
  /// - Parameters:
  ///   - frameLimit: what our hello says.
  ///   - tail: bytes that follow the fields of our hello.
  init(_ subject: Subject, frameLimit: Int = Frame.defaultLimit, tail: [UInt8] = []) throws {
    session = try WorkerSession(
      subject.command, frameLimit: Frame.defaultLimit, patience: subject.patience)
    self.frameLimit = frameLimit
    // First, since a worker may wait for it.
    session.say { writer in
      var hello = ByteWriter()
      Hello(pid: getpid(), frameLimit: frameLimit, isFromCoordinator: true).write(to: &hello)
      writer.writeFrame(.hello) { payload in
        hello.bytes[Frame.headerSize...].withUnsafeBytes { payload.write(raw: $0) }
        tail.withUnsafeBytes { payload.write(raw: $0) }
      }
    }
    _ = try session.greet()
  }

  func declare(_ name: String, as type: UInt16) {
    session.say { writer in
      writer.writeFrame(.declare, type: type) { payload in
        Array(name.utf8).withUnsafeBytes { payload.write(raw: $0) }
      }
    }
  }

  /// Sends a job; its answer is due after those of all before it.
  @discardableResult
  func ask(_ input: [UInt8], type: UInt16 = 0) -> UInt64 {
    let id = nextID
    nextID &+= 0x1_0000_0003
    session.say { writer in
      writer.writeFrame(.job, type: type, id: id) { payload in
        input.withUnsafeBytes { payload.write(raw: $0) }
      }
    }
    due.append(id)
    return id
  }

  /// What jobs may use of memory from now on, or the next one alone.
  func limitMemory(to bytes: UInt64, nextJobOnly: Bool = false) {
    session.say { writer in
      writer.writeFrame(.memory, id: nextJobOnly ? nextID : 0) { $0.write(bytes) }
    }
  }

  /// Waits for the answer that is due.
  func answer() throws -> Answer {
    let id = due[nextDue]
    let expected = "the answer to \(Self.named(id))"
    let message = try session.hear(expected)
    let answer = try checked(message, expected)
    guard message.frame.id == id else {
      throw Violation(expected: "\(expected), which came first", got: stray(message.frame.id))
    }
    nextDue += 1
    answered.insert(id)
    return answer
  }

  private static func named(_ id: UInt64) -> String { "job 0x\(String(id, radix: 16))" }

  private func checked(_ message: WorkerSession.Message, _ expected: String) throws -> Answer {
    switch message.frame.kind {
    case .output:
      guard message.payload.count <= frameLimit else {
        throw Violation(
          expected: "payloads of at most \(frameLimit) bytes, as the pool's hello says",
          got: "an output of \(message.payload.count) bytes")
      }
      return .output(message.payload)
    case .failure: return .failure(try FailureCheck.check(message.payload))
    default:
      throw Violation(expected: expected, got: "a frame of kind \(message.frame.kind.rawValue)")
    }
  }

  private func stray(_ id: UInt64) -> String {
    if answered.contains(id) { return "a second answer to \(Self.named(id))" }
    if due.contains(id) { return "the answer to \(Self.named(id)), which came later" }
    return "an answer to \(Self.named(id)), which was never sent"
  }

  /// All answers that are due, each a given output.
  func answers(_ outputs: [[UInt8]]) throws {
    for output in outputs {
      let answer = try answer()
      guard case .output(let bytes) = answer, bytes == output else {
        throw Violation(
          expected: "the \(output.count) bytes of the input as the output",
          got: difference(answer, output))
      }
    }
  }

  private func difference(_ answer: Answer, _ expected: [UInt8]) -> String {
    guard case .output(let bytes) = answer, bytes.count == expected.count,
      let place = zip(bytes, expected).enumerated().first(where: { $1.0 != $1.1 })?.offset
    else { return answer.description }
    return "other bytes from byte \(place) on"
  }

  func allAnswers() throws -> [Answer] {
    try (nextDue..<due.count).map { _ in try answer() }
  }

  /// Ends the input; the worker has to end as well, with nothing more to say.
  func finish() throws {
    try session.endInput()
    if let message = try session.next("the end of its output after the end of its input") {
      throw Violation(
        expected: "each job answered once, and nothing else on standard output",
        got: message.frame.id == 0
          ? "a frame of kind \(message.frame.kind.rawValue)" : stray(message.frame.id))
    }
    let ending = try session.waitForEnd()
    guard ending == .exited(status: 0) else {
      throw Violation(
        expected: "exit with status 0 at the end of its input", got: try session.farewell())
    }
  }
}
