import DequeModule
import Glibc

/// Frames on their way into a pipe that takes them by and by.
///
/// Small frames are gathered in one run of bytes; what is large isn't copied, but written from where it lies. It stays
/// there until the job has its outcome, so long after the last byte was written.
struct SendQueue: ~Copyable {
  /// Bytes in an array that others may have, too.
  private struct Piece {
    var bytes: [UInt8]
    /// What isn't written yet.
    var rest: Range<Int>
    /// Nobody else has it.
    var isOwn = false

    func withRest<R>(
      _ body: (UnsafeRawBufferPointer) throws(SystemError) -> R
    ) throws(SystemError) -> R {
      try bytes.withUnsafeBufferPointer { (all) throws(SystemError) in
        try body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: all[rest])))
      }
    }
  }

  /// Small frames behind the last piece.
  var writer = ByteWriter()
  private var pieces = Deque<Piece>()
  /// Of all pieces, since somebody set it to 0.
  var bytesWritten = 0

  /// A piece of this size isn't copied: the copy would cost more than a call of `write`.
  static let largePiece = 64 << 10
  /// A buffer that once held much isn't kept.
  private static let keptCapacity = 1 << 20

  var isEmpty: Bool { pieces.isEmpty && writer.count == 0 }

  /// Appends a job with one record as its input.
  mutating func append(_ record: Records, type: UInt16, id: JobID) {
    writer.writeFrameHeader(.job, type: type, id: id.rawValue, payloadSize: record.byteCount)
    record.forEachPieceOfRecord { bytes, range in append(bytes, range) }
  }

  /// Appends jobs in one frame.
  mutating func append(_ records: Records, type: UInt16, firstID: JobID) {
    writer.writeFrameHeader(
      .jobs, type: type, id: firstID.rawValue, payloadSize: records.wireSize)
    records.forEachPiece { bytes, range in append(bytes, range) }
  }

  private mutating func append(_ bytes: [UInt8], _ range: Range<Int>) {
    if range.count < Self.largePiece {
      writer.write(raw: bytes, range)
    } else {
      closeWriter()
      pieces.append(Piece(bytes: bytes, rest: range))
    }
  }

  /// Makes what was gathered a piece.
  private mutating func closeWriter() {
    let bytes = writer.bytes
    writer = ByteWriter()
    if !bytes.isEmpty { pieces.append(Piece(bytes: bytes, rest: bytes.indices, isOwn: true)) }
  }

  /// Writes a job with this record as its input past the queue, which is empty; or nothing, if the pipe doesn't take all
  /// of it at the moment, or the frame isn't so small that it takes it all or not at all (POSIX's `PIPE_BUF`).
  mutating func writeAtOnce(
    _ record: Records, type: UInt16, id: JobID, to pipe: borrowing Descriptor
  ) -> Bool {
    let size = Frame.headerSize + record.byteCount
    guard size <= Int(PIPE_BUF) else { return false }
    let isWritten = withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { frame in
      guard let start = frame.baseAddress else { return false }
      Frame.writeHeader(
        .job, type: type, id: id.rawValue, payloadSize: record.byteCount, to: start)
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
      if pieces.isEmpty { closeWriter() }
      if pieces.isEmpty { return true }
      switch try writeFirst(to: pipe) {
      case .bytes(let count):
        // The pipe is full. Asked again at once, the kernel would let this thread wait for the reader, who holds the
        // pipe while he takes everything; other workers' pipes can be filled meanwhile.
        let isFull = count < offered
        took(count)
        if isFull { return true }
      case .wouldBlock: return true
      case .closed: return false
      }
    }
  }

  /// Bytes of what is written at once.
  private var offered: Int { pieces.prefix(2).reduce(0) { $0 + $1.rest.count } }

  /// Two pieces at once, so that a header doesn't wake the reader for itself alone.
  private func writeFirst(to pipe: borrowing Descriptor) throws(SystemError) -> Transfer {
    try pieces[0].withRest { (first) throws(SystemError) in
      guard pieces.count > 1 else { return try pipe.write(first) }
      return try pieces[1].withRest { (second) throws(SystemError) in
        try pipe.write(first, second)
      }
    }
  }

  private mutating func took(_ count: Int) {
    bytesWritten += count
    var count = count
    while !pieces.isEmpty, count >= pieces[0].rest.count {
      count -= pieces[0].rest.count
      removeFirst()
    }
    if !pieces.isEmpty { pieces[0].rest.removeFirst(count) }
  }

  private mutating func removeFirst() {
    var piece = pieces.removeFirst()
    guard piece.isOwn, pieces.isEmpty, writer.count == 0 else { return }
    piece.bytes.removeAll(keepingCapacity: piece.bytes.capacity <= Self.keptCapacity)
    writer = ByteWriter(piece.bytes)
  }
}
