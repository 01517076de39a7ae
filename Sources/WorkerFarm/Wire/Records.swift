/// Records one behind the other in one allocation, each with its length before it, as frames of several
/// jobs carry them: an allocation for each would cost more than a record of eight bytes.
///
/// Only the last one may have kept arrays, so that the others lie where ``starts`` says.
@usableFromInline
final class RecordChunk: Sendable {
  @usableFromInline let bytes: PiecedBytes
  /// Where each record's length field lies, and at last where the next one would lie.
  @usableFromInline let starts: [Int]

  init(bytes: PiecedBytes, starts: [Int]) {
    self.bytes = bytes
    self.starts = starts
  }
}

/// Consecutive records of a chunk, which they keep alive.
@usableFromInline
struct Records: Sendable {
  @usableFromInline let chunk: RecordChunk
  @usableFromInline private(set) var range: Range<Int>

  /// Bytes of the length before each record.
  @usableFromInline static var lengthSize: Int { 4 }

  init(chunk: RecordChunk, range: Range<Int>) {
    self.chunk = chunk
    self.range = range
  }

  @inlinable var count: Int { range.count }

  /// Bytes of all records, without their lengths.
  var byteCount: Int {
    chunk.starts[range.upperBound] - chunk.starts[range.lowerBound] - Self.lengthSize * count
  }

  /// Bytes of all records and their lengths.
  var wireSize: Int { chunk.starts[range.upperBound] - chunk.starts[range.lowerBound] }

  /// Takes the first records away.
  mutating func splitOff(first count: Int) -> Records {
    let middle = range.lowerBound + count
    let head = Records(chunk: chunk, range: range.lowerBound..<middle)
    range = middle..<range.upperBound
    return head
  }

  /// One record's bytes, valid within the call.
  ///
  /// - Parameter index: counted from the first of these.
  @inlinable
  func withRecord<R, E: Error>(
    _ index: Int, _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    let start = chunk.starts[range.lowerBound + index] + Self.lengthSize
    let end = chunk.starts[range.lowerBound + index + 1]
    let copied = chunk.bytes.copied
    guard end <= copied.count else { return try withJoined(from: start, body) }
    return try copied.withUnsafeBufferPointer { (all) throws(E) in
      try body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: all[start..<end])))
    }
  }

  /// The record with kept arrays.
  @usableFromInline
  func withJoined<R, E: Error>(
    from start: Int, _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try chunk.bytes.joined(from: start).withUnsafeBufferPointer { (all) throws(E) in
      try body(UnsafeRawBufferPointer(all))
    }
  }

  /// What all records and their lengths consist of, see ``PiecedBytes/forEachPiece(from:_:)``.
  func forEachPiece(_ body: ([UInt8], Range<Int>) -> Void) {
    forEachPiece(from: chunk.starts[range.lowerBound], body)
  }

  /// What the first record consists of.
  ///
  /// - Precondition: it's the only one.
  func forEachPieceOfRecord(_ body: ([UInt8], Range<Int>) -> Void) {
    precondition(count == 1, "one record among others")
    forEachPiece(from: chunk.starts[range.lowerBound] + Self.lengthSize, body)
  }

  private func forEachPiece(from start: Int, _ body: ([UInt8], Range<Int>) -> Void) {
    let end = chunk.starts[range.upperBound]
    if end > chunk.bytes.copied.count {
      chunk.bytes.forEachPiece(from: start, body)
    } else {
      body(chunk.bytes.copied, start..<end)
    }
  }
}

/// Makes ``Records``. After a record with kept arrays all must be taken before another is opened.
@usableFromInline
struct RecordWriter: Sendable {
  @usableFromInline var writer = ByteWriter()
  @usableFromInline var starts: [Int] = []

  @usableFromInline init() {}

  @inlinable var count: Int { starts.count }
  /// The last record has kept arrays.
  @usableFromInline var mustBeTaken: Bool { !writer.storage.kept.isEmpty }

  /// Begins a record; its bytes are to be written to ``writer`` before ``close()`` or ``dropLast()``.
  @inlinable
  mutating func open() {
    starts.append(writer.storage.copied.count)
    writer.write(UInt32(0))
  }

  /// - Returns: the record's size in bytes.
  @inlinable @discardableResult
  mutating func close() -> Int {
    let start = starts[starts.count - 1]
    let size = writer.count - start - Records.lengthSize
    writer.store(UInt32(truncatingIfNeeded: size), at: start)
    return size
  }

  /// Forgets the last record, whether it's closed or not.
  @usableFromInline
  mutating func dropLast() {
    guard let start = starts.popLast() else { return }
    writer.storage.removeAll(after: start)
  }

  /// All records written so far, or nil if there's none; begins anew.
  @usableFromInline
  mutating func take() -> Records? {
    guard !starts.isEmpty else { return nil }
    let count = starts.count
    starts.append(writer.count)
    let chunk = RecordChunk(bytes: writer.storage, starts: starts)
    writer = ByteWriter()
    starts = []
    return Records(chunk: chunk, range: 0..<count)
  }
}
