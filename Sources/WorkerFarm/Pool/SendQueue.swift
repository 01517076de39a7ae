import DequeModule
import Glibc

/// Frames on their way into a pipe that takes them by and by.
///
/// Small frames are gathered in one run of bytes; a large payload isn't copied, but written from where it lies. Its
/// records stay there until the job has its outcome, so long after the last byte was written.
struct SendQueue: ~Copyable {
  private enum Piece {
    case bytes([UInt8])
    case payload(Records)

    var count: Int {
      switch self {
      case .bytes(let bytes): bytes.count
      case .payload(let record): record.byteCount
      }
    }
  }

  /// Small frames behind the last piece.
  var writer = ByteWriter()
  private var pieces = Deque<Piece>()
  /// Bytes of the first piece that are written.
  private var written = 0
  /// Of all pieces, since somebody set it to 0.
  var bytesWritten = 0

  /// A payload of this size isn't copied: the copy would cost more than a call of `write`.
  static let largePayload = 64 << 10
  /// A buffer that once held much isn't kept.
  private static let keptCapacity = 1 << 20

  var isEmpty: Bool { pieces.isEmpty && writer.bytes.isEmpty }

  /// Appends a frame with one record as its payload.
  mutating func append(
    _ kind: Frame.Kind, type: UInt16, id: JobID, record index: Int, of records: Records
  ) {
    var record = records
    _ = record.splitOff(first: index)
    record = record.splitOff(first: 1)
    guard record.byteCount >= Self.largePayload else {
      return writer.writeFrame(kind, type: type, id: id.rawValue) { writer in
        record.withRecord(0) { writer.write(raw: $0) }
      }
    }
    writer.writeFrameHeader(kind, type: type, id: id.rawValue, payloadSize: record.byteCount)
    pieces.append(.bytes(writer.storage))
    writer = ByteWriter()
    pieces.append(.payload(record))
  }

  /// Writes a frame with this record as its payload past the queue, which is empty; or nothing, if the pipe doesn't
  /// take all of it at the moment, or the frame isn't so small that it takes it all or not at all (POSIX's `PIPE_BUF`).
  mutating func writeAtOnce(
    _ kind: Frame.Kind, type: UInt16, id: JobID, record: Records, to pipe: borrowing Descriptor
  ) -> Bool {
    let size = Frame.headerSize + record.byteCount
    guard size <= Int(PIPE_BUF) else { return false }
    let isWritten = withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { frame in
      guard let start = frame.baseAddress else { return false }
      Frame.writeHeader(
        kind, type: type, id: id.rawValue, payloadSize: record.byteCount, to: start)
      record.withRecord(0) { payload in
        UnsafeMutableRawBufferPointer(rebasing: frame[Frame.headerSize...])
          .copyMemory(from: payload)
      }
      return (try? pipe.write(UnsafeRawBufferPointer(frame))) == .bytes(size)
    }
    if isWritten { bytesWritten += size }
    return isWritten
  }

  /// Writes what the pipe takes; false if its reader is gone.
  mutating func flush(to pipe: borrowing Descriptor) throws(SystemError) -> Bool {
    while true {
      if pieces.isEmpty {
        guard !writer.bytes.isEmpty else { return true }
        pieces.append(.bytes(writer.storage))
        writer = ByteWriter()
      }
      switch try writeFirst(to: pipe) {
      case .bytes(let count): took(count)
      case .wouldBlock: return true
      case .closed: return false
      }
    }
  }

  private func writeFirst(to pipe: borrowing Descriptor) throws(SystemError) -> Transfer {
    let written = written
    switch pieces[0] {
    case .bytes(let bytes):
      return try bytes.withUnsafeBufferPointer { (all) throws(SystemError) in
        try pipe.write(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: all[written...])))
      }
    case .payload(let record):
      return try record.withRecord(0) { (all) throws(SystemError) in
        try pipe.write(UnsafeRawBufferPointer(rebasing: all[written...]))
      }
    }
  }

  private mutating func took(_ count: Int) {
    written += count
    bytesWritten += count
    guard written == pieces[0].count else { return }
    written = 0
    if case .bytes(var bytes) = pieces.removeFirst(), pieces.isEmpty, writer.bytes.isEmpty {
      bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptCapacity)
      writer = ByteWriter(bytes)
    }
  }
}
