import Glibc

/// What a worker and its pool have said to each other before the first job: the pool's hello, which may name a
/// sandbox, and what came of that.
struct Introduction {
  /// nil for a coordinator that didn't start this worker, and may wait for its hello first.
  private(set) var pool: Hello?
  private(set) var sandboxReport: SandboxReport?

  /// Nobody spoke.
  init() {}

  /// Waits for the pool's hello, and enters the sandbox that it names. Nothing beyond the hello is read.
  ///
  /// - Returns: nil if the requests end before it: the pool needs this worker no more.
  init?(awaiting requests: borrowing Descriptor) throws {
    guard let header = try requests.readWhole(Frame.headerSize) else { return nil }
    let (length, kind) = header.withUnsafeBytes { bytes in
      (UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)), bytes[Frame.lengthSize])
    }
    let rest = Int(length) - (Frame.headerSize - Frame.lengthSize)
    guard kind == Frame.Kind.hello.rawValue, rest >= 0 else { throw WireError.notAHello }
    guard let payload = try requests.readWhole(rest) else { return nil }
    let hello = try payload.withUnsafeBytes { bytes throws(WireError) in
      try Hello(parsing: bytes)
    }
    pool = hello
    sandboxReport = hello.sandbox.map(Sandbox.enter)
  }

  /// Once the pool has been told: without the sandbox that is required no job is even read.
  func insist() throws(WireError) {
    guard let policy = pool?.sandbox, policy.enforcement == .require, let sandboxReport,
      !sandboxReport.fulfils(policy)
    else { return }
    throw .sandboxIncomplete(sandboxReport.shortfall(policy))
  }
}

extension Descriptor {
  /// So many bytes, or nil if the file ends before. For descriptors that block.
  fileprivate func readWhole(_ count: Int) throws -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let transfer = try bytes.withUnsafeMutableBytes { all in
        try read(into: UnsafeMutableRawBufferPointer(rebasing: all[done...]))
      }
      guard case .bytes(let more) = transfer else { return nil }
      done += more
    }
    return bytes
  }
}
