/// One record of the wire format.
///
/// ```
///  0        4      5       6      8                 16
/// ┌────────┬──────┬───────┬──────┬─────────────────┬─────────┐
/// │ length │ kind │ flags │ type │ job id          │ payload │
/// │ u32    │ u8   │ u8    │ u16  │ u64             │         │
/// └────────┴──────┴───────┴──────┴─────────────────┴─────────┘
///          └──────────── length counts these ────────────────┘
/// ```
///
/// All numbers are little-endian. `flags` is zero in this version.
package struct Frame: Hashable, Sendable {
  package enum Kind: UInt8, Sendable {
    /// Both ways, first: a ``Hello``.
    case hello = 1
    /// To the worker: from now on `type` stands for the job type that the payload names in UTF-8.
    case declare = 2
    /// To the worker: run a job of `type`; the payload is its input.
    case job = 3
    /// To the coordinator: the job's output.
    case output = 4
    /// To the coordinator: the job failed in order; the payload is a ``FailureMessage``.
    case failure = 5
    /// To the worker: jobs from now on may use as many bytes of memory as the payload says (u64), or, with a
    /// job's id, only that job may, which comes next. See ``JobMemory``.
    case memory = 6
    /// To a worker that takes them: jobs of `type` with consecutive ids from the header's on, each with its length
    /// (u32) before it.
    case jobs = 7
    /// To the coordinator: results of consecutive jobs that came in frames of kind 7, each with its length before
    /// it. In the length the highest bit says that the job failed and a ``FailureMessage`` follows.
    case results = 8
  }

  package var kind: Kind
  package var type: UInt16 = 0
  package var id: UInt64 = 0
  /// Where the payload lies in the decoder's buffer.
  var payload: Range<Int> = 0..<0

  /// Bytes of the header, the length field included.
  package static let headerSize = 16
  /// Bytes of the length field, which doesn't count itself.
  static let lengthSize = 4

  /// The largest payload unless configured otherwise. Large enough for an uncompressed 64-megapixel
  /// grey picture; small enough that a few workers who promise as much and send it do no harm.
  package static let defaultLimit = 64 << 20
  /// In a result's length: the job failed.
  package static let failureFlag: UInt32 = 1 << 31

  /// What the length field can say.
  static let largestLimit = Int(UInt32.max) - (headerSize - lengthSize)
}

extension ByteWriter {
  /// Appends a header alone; the payload follows by another way.
  mutating func writeFrameHeader(
    _ kind: Frame.Kind, type: UInt16, id: UInt64, payloadSize: Int
  ) {
    withUnsafeTemporaryAllocation(byteCount: Frame.headerSize, alignment: 8) { header in
      guard let start = header.baseAddress else { return }
      Frame.writeHeader(kind, type: type, id: id, payloadSize: payloadSize, to: start)
      write(raw: UnsafeRawBufferPointer(header))
    }
  }

  /// Appends a frame whose payload `body` writes; the length is filled in afterwards.
  package mutating func writeFrame<E: Error>(
    _ kind: Frame.Kind, type: UInt16 = 0, id: UInt64 = 0,
    _ body: (inout ByteWriter) throws(E) -> Void
  ) throws(E) {
    let start = storage.copied.count
    let countBefore = count
    write(UInt32(0))
    write(kind.rawValue)
    write(UInt8(0))
    write(type)
    write(id)
    do {
      try body(&self)
    } catch {
      storage.removeAll(after: start)
      throw error
    }
    store(UInt32(clamping: count - countBefore - Frame.lengthSize), at: start)
  }
}

extension Frame {
  /// Writes a header of ``headerSize`` bytes.
  static func writeHeader(
    _ kind: Kind, type: UInt16 = 0, id: UInt64, payloadSize: Int, to target: UnsafeMutableRawPointer
  ) {
    let length = UInt32(clamping: payloadSize + headerSize - lengthSize)
    target.storeBytes(of: length.littleEndian, as: UInt32.self)
    let word = UInt32(kind.rawValue) | UInt32(type) << 16
    target.storeBytes(of: word.littleEndian, toByteOffset: lengthSize, as: UInt32.self)
    target.storeBytes(of: id.littleEndian, toByteOffset: 8, as: UInt64.self)
  }
}
