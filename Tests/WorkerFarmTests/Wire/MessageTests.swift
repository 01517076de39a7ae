import Testing

@testable import WorkerFarm

@Suite struct MessageTests {
  static let hellos = [
    Hello(pid: 1, frameLimit: 0), Hello(pid: .max, frameLimit: 64 << 20, keepsProgressPage: true),
    Hello(pid: 77, frameLimit: .max, isFromCoordinator: true),
  ]
  static let failures = [
    FailureMessage(reason: .thrown, type: "Module.Error", description: "it didn't work"),
    FailureMessage(reason: .undecodableInput, description: ""),
    FailureMessage(reason: .unencodableOutput, type: "é", description: "🚜"),
    FailureMessage(reason: .unknownJobType, description: "Module.Job"),
  ]

  @Test(arguments: hellos) func `a hello comes back as it was`(hello: Hello) throws {
    #expect(try payload(of: hello).withUnsafeBytes { try Hello(parsing: $0) } == hello)
  }

  @Test(arguments: hellos) func `a hello cut anywhere is refused`(hello: Hello) {
    let bytes = payload(of: hello)
    for count in 0..<bytes.count {
      #expect(throws: WireError.malformedPayload("hello")) {
        try Array(bytes[..<count]).withUnsafeBytes { try Hello(parsing: $0) }
      }
    }
  }

  @Test func `a hello may have more to say than this version knows`() throws {
    let bytes = payload(of: Self.hellos[0]) + [1, 2, 3]
    #expect(try bytes.withUnsafeBytes { try Hello(parsing: $0) } == Self.hellos[0])
  }

  @Test func `another version and other magic are told apart`() {
    var bytes = payload(of: Self.hellos[0])
    bytes[4] = 9
    #expect(throws: WireError.version(9)) { try bytes.withUnsafeBytes { try Hello(parsing: $0) } }
    bytes[0] ^= 1
    #expect(throws: WireError.notAHello) { try bytes.withUnsafeBytes { try Hello(parsing: $0) } }
  }

  @Test(arguments: failures) func `a failure comes back as it was`(failure: FailureMessage) throws {
    #expect(try bytes(of: failure).withUnsafeBytes { try FailureMessage(parsing: $0) } == failure)
  }

  @Test(arguments: failures) func `a failure cut anywhere is refused`(failure: FailureMessage) {
    let bytes = bytes(of: failure)
    for count in 0..<bytes.count {
      #expect(throws: WireError.malformedPayload("failure")) {
        try Array(bytes[..<count]).withUnsafeBytes { try FailureMessage(parsing: $0) }
      }
    }
  }

  @Test(arguments: [0, 6, 255] as [UInt8]) func `a failure for no known reason is refused`(
    reason: UInt8
  ) {
    #expect(throws: WireError.malformedPayload("failure")) {
      try [reason, 0, 0, 0, 0, 0, 0, 0, 0].withUnsafeBytes { try FailureMessage(parsing: $0) }
    }
  }

  @Test func `long texts are cut, and the largest failure has the largest size`() throws {
    let text = String(repeating: "x", count: FailureMessage.longestText + 1)
    let bytes = bytes(of: FailureMessage(reason: .thrown, type: text, description: text))
    #expect(bytes.count == FailureMessage.largestSize)
    let cut = try bytes.withUnsafeBytes { try FailureMessage(parsing: $0) }
    #expect(cut.description.utf8.count == FailureMessage.longestText)
  }

  private func payload(of hello: Hello) -> [UInt8] {
    var writer = ByteWriter()
    hello.write(to: &writer)
    return Array(writer.bytes[Frame.headerSize...])
  }

  private func bytes(of failure: FailureMessage) -> [UInt8] {
    var writer = ByteWriter()
    failure.write(to: &writer)
    return writer.bytes
  }
}
