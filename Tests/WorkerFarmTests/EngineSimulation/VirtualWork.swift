@testable import WorkerFarm

/// What a job of the simulation is, and what must come of it.
struct VirtualWork {
  let input: [UInt8]

  init(_ input: [UInt8]) { self.input = input }

  /// - Parameter number: its own among all jobs.
  init(number: Int, throwing: Bool, size: Int) {
    input =
      (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } + [throwing ? 1 : 0]
      + (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ number) }
  }

  var number: Int { (0..<4).reduce(0) { $0 | Int(input[$1]) << (8 * $1) } }
  var throwing: Bool { input[4] == 1 }
  var output: [UInt8] { input.reversed() }
  var failure: JobFailure { .thrown(type: "Trouble", description: "job \(number)") }

  func reply(id: UInt64) -> [UInt8] {
    var writer = ByteWriter()
    writer.writeFrame(throwing ? .failure : .output, id: id) { writer in
      payload.withUnsafeBytes { writer.write(raw: $0) }
    }
    return writer.bytes
  }

  /// As it stands among other results.
  var result: [UInt8] {
    var writer = ByteWriter()
    writer.write(UInt32(payload.count) | (throwing ? Frame.failureFlag : 0))
    return writer.bytes + payload
  }

  private var payload: [UInt8] {
    guard throwing else { return output }
    var writer = ByteWriter()
    FailureMessage(reason: .thrown, type: "Trouble", description: "job \(number)")
      .write(to: &writer)
    return writer.bytes
  }
}
