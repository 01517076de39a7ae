import WorkerFarm

/// What a worker did against the wire format.
struct Violation: Error {
  var expected: String
  var got: String
}

/// Why a check says nothing about this worker.
struct NotChecked: Error {
  var reason: String
}

/// The payload of a worker's hello, field by field.
enum HelloCheck {
  static func check(_ message: WorkerSession.Message) throws(Violation) -> Hello {
    let frame = message.frame
    guard frame.kind == .hello else {
      throw Violation(
        expected: "a hello (kind 1) first", got: "a frame of kind \(frame.kind.rawValue)")
    }
    guard frame.type == 0, frame.id == 0 else {
      throw Violation(
        expected: "type 0 and id 0 in a hello's header", got: "type \(frame.type), id \(frame.id)")
    }
    guard message.payload.count >= 16 else {
      throw Violation(
        expected: "a hello of at least 16 bytes: magic, version, flags, process id, limit",
        got: "\(message.payload.count) bytes")
    }
    let magic = Array(message.payload.prefix(4))
    guard magic.elementsEqual("FARM".utf8) else {
      throw Violation(
        expected: "the magic 0x4D524146, 46 41 52 4d (\"FARM\")", got: Bytes.shown(magic))
    }
    let hello: Hello
    do throws(WireError) {
      hello = try parsed(message.payload)
    } catch {
      if case .version(let version) = error {
        throw Violation(expected: "version \(Hello.currentVersion)", got: "version \(version)")
      }
      throw Violation(expected: "a hello", got: "\(error)")
    }
    try checkFlags(message.payload)
    return hello
  }

  private static let knownFlags: UInt16 = 1 | 2 | 4

  private static func parsed(_ payload: [UInt8]) throws(WireError) -> Hello {
    var result: Result<Hello, WireError>?
    payload.withUnsafeBytes { bytes in
      result = Result { () throws(WireError) in try Hello(parsing: bytes) }
    }
    guard let result else { preconditionFailure("withUnsafeBytes always calls its body") }
    return try result.get()
  }

  private static func checkFlags(_ payload: [UInt8]) throws(Violation) {
    let flags = UInt16(payload[6]) | UInt16(payload[7]) << 8
    guard flags & 2 == 0 else {
      throw Violation(
        expected: "a worker's hello, without flag 2 (the sender is a pool)", got: "flags \(flags)")
    }
    guard flags & ~knownFlags == 0 else {
      throw Violation(
        expected: "flags 1 (keeps the progress page), 4 (takes several jobs in a frame), or none",
        got: "flags \(flags)")
    }
  }
}

/// The payload of a failure, byte by byte.
enum FailureCheck {
  static func check(_ payload: [UInt8]) throws(Violation) -> FailureMessage {
    let shape = "a failure: u8 reason, then two texts, each a u32 length and so many bytes of UTF-8"
    guard let reason = payload.first else { throw Violation(expected: shape, got: "no bytes") }
    guard let known = FailureMessage.Reason(rawValue: reason) else {
      throw Violation(expected: "a failure's reason from 1 to 5", got: "reason \(reason)")
    }
    var rest = payload.dropFirst()
    var texts: [String] = []
    for name in ["type", "description"] {
      guard rest.count >= 4 else {
        throw Violation(expected: shape, got: "an end before the length of its \(name)")
      }
      let length = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
      rest = rest.dropFirst(4)
      guard length <= FailureMessage.longestText else {
        throw Violation(
          expected: "texts of at most \(FailureMessage.longestText) bytes in a failure",
          got: "a \(name) of \(length) bytes")
      }
      guard rest.count >= length else {
        throw Violation(
          expected: shape, got: "a \(name) of \(length) bytes of which \(rest.count) are there")
      }
      guard let text = String(validating: rest.prefix(length), as: UTF8.self) else {
        throw Violation(expected: shape, got: "a \(name) that isn't UTF-8")
      }
      texts.append(text)
      rest = rest.dropFirst(length)
    }
    guard rest.isEmpty else {
      throw Violation(expected: shape, got: "\(rest.count) bytes behind them")
    }
    if known == .needsMemory && UInt64(texts[1]) == nil {
      throw Violation(
        expected: "a number of bytes in decimal digits in a failure of reason 5",
        got: "'\(Console.escaped(texts[1]))'")
    }
    return FailureMessage(reason: known, type: texts[0], description: texts[1])
  }
}
