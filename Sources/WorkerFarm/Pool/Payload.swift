/// Bytes of many inputs or outputs in one allocation: an array for each record would cost more than
/// the record when it has eight bytes.
final class ByteChunk: Sendable {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }
}

/// One record in a chunk, which it keeps alive.
struct Payload: Sendable {
  let chunk: ByteChunk
  let range: Range<Int>

  var count: Int { range.count }

  /// The record's bytes, valid within the call.
  func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try chunk.bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
  }
}

/// An outcome whose output isn't decoded yet.
struct RawOutcome: Sendable {
  enum Result: Sendable {
    case output(Payload)
    case failure(JobFailure)

    /// What it counts in a window.
    var size: Int {
      switch self {
      case .output(let payload): payload.count
      case .failure: 0
      }
    }
  }

  var index: Int
  var result: Result
  var attempts: Int
  var queueTime: Nanoseconds
  var runTime: Nanoseconds
  var workerPID: Int32?
}
