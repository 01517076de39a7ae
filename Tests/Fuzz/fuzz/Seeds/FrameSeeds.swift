@testable import WorkerFarm

/// What coordinators and workers say to each other.
enum FrameSeeds {
  static func streams() -> [[UInt8]] {
    var both = ByteWriter()
    Hello(pid: 4711, frameLimit: Frame.defaultLimit, isFromCoordinator: true).write(to: &both)
    both.writeFrame(.declare, type: 1) { writer in
      for byte in "square".utf8 { writer.write(byte) }
    }
    both.writeFrame(.memory) { $0.write(UInt64(1 << 30)) }
    for id in 1...3 as ClosedRange<UInt64> {
      both.writeFrame(.job, type: 1, id: id) { $0.write(id) }
    }
    var replies = ByteWriter()
    Hello(pid: 4712, frameLimit: 1000, keepsProgressPage: true).write(to: &replies)
    replies.writeFrame(.output, id: 1) { $0.write(string: "one") }
    replies.writeFrame(.failure, id: 2) {
      FailureMessage(reason: .thrown, type: "Oops", description: "no luck").write(to: &$0)
    }
    replies.writeFrame(.output, id: 3) { $0.write(bytes: [UInt8](repeating: 7, count: 600)) }
    let broken = replies.bytes.dropLast(3)
    return [both.bytes, replies.bytes, Array(broken)].flatMap { stream in
      [0, 4, 5].map { limit in stream + choices(limit, 16, 1, 200) }
    }
  }

  /// Of one job and of several, and a frame of several jobs.
  static func replies() -> [[UInt8]] {
    let failure = FailureMessage(reason: .thrown, type: "E", description: "no")
    var stream = ByteWriter()
    stream.writeFrame(.output, id: 1) { $0.write(UInt64(1)) }
    stream.writeFrame(.failure, id: 2) { failure.write(to: &$0) }
    stream.writeFrame(.results, id: 3) { payload in
      var message = ByteWriter()
      failure.write(to: &message)
      payload.write(bytes: [1, 2, 3])
      payload.write(UInt32(message.bytes.count) | Frame.failureFlag)
      for byte in message.bytes { payload.write(byte) }
      payload.write(bytes: [])
    }
    var jobs = ByteWriter()
    for length in [0, 3, 8] { jobs.write(bytes: [UInt8](repeating: 9, count: length)) }
    return [stream.bytes + choices(0), jobs.bytes + choices(1)]
  }

  static func messages() -> [[UInt8]] {
    var hello = ByteWriter()
    Hello(
      pid: 1, frameLimit: 1 << 20, keepsProgressPage: true, sandbox: SandboxPolicy(.bytesOnly),
      sandboxReport: .silence
    ).write(to: &hello)
    var failure = ByteWriter()
    FailureMessage(reason: .needsMemory, type: "", description: "123456").write(to: &failure)
    var values = ByteWriter()
    values.write(UInt8(1))
    values.write(string: "höhe")
    values.write(0.5)
    values.write(bytes: [1, 2, 3])
    return [
      Array(hello.bytes.dropFirst(Frame.headerSize)) + choices(0), failure.bytes + choices(1),
      values.bytes + choices(2, 0, 5, 3, 4),
    ]
  }

  /// An input's last bytes.
  static func choices(_ first: Int...) -> [UInt8] {
    first.map(UInt8.init) + [UInt8](repeating: 0, count: Choices.length - first.count)
  }
}
