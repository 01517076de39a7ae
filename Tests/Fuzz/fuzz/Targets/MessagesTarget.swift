@testable import WorkerFarm

extension FuzzTarget {
  /// The payloads of both sides' messages, and the reader that jobs decode their inputs with: what is read, and
  /// written again, reads the same.
  static let messages = FuzzTarget("messages", seeds: FrameSeeds.messages) { bytes, choices in
    switch choices.below(3) {
    case 0: checkHello(bytes)
    case 1: checkFailure(bytes)
    default: checkReader(bytes, &choices)
    }
  }

  private static func checkHello(_ bytes: UnsafeRawBufferPointer) {
    guard let hello = try? Hello(parsing: bytes) else { return }
    var writer = ByteWriter()
    hello.write(to: &writer)
    let again = writer.bytes.withUnsafeBytes { written in
      try? Hello(parsing: UnsafeRawBufferPointer(rebasing: written.dropFirst(Frame.headerSize)))
    }
    require(again == hello, "\(hello) reads as \(String(describing: again))")
  }

  private static func checkFailure(_ bytes: UnsafeRawBufferPointer) {
    guard let failure = try? FailureMessage(parsing: bytes) else { return }
    var writer = ByteWriter()
    failure.write(to: &writer)
    require(writer.bytes.count <= FailureMessage.largestSize, "a failure larger than the largest")
    let longest = max(failure.type.utf8.count, failure.description.utf8.count)
    if longest > FailureMessage.longestText { return }
    let again = writer.bytes.withUnsafeBytes { try? FailureMessage(parsing: $0) }
    require(again == failure, "\(failure) reads as \(String(describing: again))")
  }

  private static func checkReader(_ bytes: UnsafeRawBufferPointer, _ choices: inout Choices) {
    var reader = ByteReader(bytes)
    var left = reader.count
    for _ in 0..<10 {
      let taken: Int?
      switch choices.below(6) {
      case 0: taken = (try? reader.read(UInt8.self)).map { _ in 1 }
      case 1: taken = (try? reader.read(Int16.self)).map { _ in 2 }
      case 2: taken = (try? reader.read(UInt64.self)).map { _ in 8 }
      case 3: taken = (try? reader.readDouble()).map { _ in 8 }
      case 4: taken = (try? reader.readBytes()).map { 4 + $0.count }
      // Repaired UTF-8 is longer than what was read.
      default: taken = (try? reader.readString()).map { _ in left - reader.count }
      }
      if let taken {
        require(reader.count == left - taken, "\(taken) bytes of \(left): \(reader.count) left")
      }
      require(reader.count >= 0 && reader.count <= left, "\(reader.count) bytes of \(left) left")
      left = reader.count
    }
    require(reader.readRest().count == left && reader.count == 0, "a rest of other length")
  }
}
