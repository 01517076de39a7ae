/// Records one behind the other in one allocation, each with its length before it, as frames of several
/// jobs carry them: an allocation for each would cost more than a record of eight bytes.
@usableFromInline
final class RecordChunk: Sendable {
  @usableFromInline let bytes: [UInt8]
  /// Where each record's length field lies, and at last where the next one would lie.
  @usableFromInline let starts: [Int]

  @usableFromInline
  init(bytes: [UInt8], starts: [Int]) {
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
    return try chunk.bytes.withUnsafeBufferPointer { (all) throws(E) in
      try body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: all[start..<end])))
    }
  }

  /// All bytes, the lengths among them, valid within the call.
  func withWireBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    let bounds = chunk.starts[range.lowerBound]..<chunk.starts[range.upperBound]
    return try chunk.bytes.withUnsafeBytes {
      try body(UnsafeRawBufferPointer(rebasing: $0[bounds]))
    }
  }
}

/// Makes ``Records``.
@usableFromInline
struct RecordWriter: Sendable {
  @usableFromInline var writer = ByteWriter()
  @usableFromInline var starts: [Int] = []

  @usableFromInline init() {}

  @inlinable var count: Int { starts.count }
  /// The lengths count as well.
  @inlinable var byteCount: Int { writer.bytes.count }

  /// Begins a record; its bytes are to be written to ``writer`` before ``close()`` or ``dropLast()``.
  @inlinable
  mutating func open() {
    starts.append(writer.bytes.count)
    writer.write(UInt32(0))
  }

  /// - Returns: the record's size in bytes.
  @inlinable @discardableResult
  mutating func close() -> Int {
    let start = starts[starts.count - 1]
    let size = writer.bytes.count - start - Records.lengthSize
    writer.store(UInt32(truncatingIfNeeded: size), at: start)
    return size
  }

  /// Forgets the last record, whether it's closed or not.
  @usableFromInline
  mutating func dropLast() {
    guard let start = starts.popLast() else { return }
    writer.storage.removeLast(writer.bytes.count - start)
  }

  /// All records written so far, or nil if there's none; begins anew.
  @usableFromInline
  mutating func take() -> Records? {
    guard !starts.isEmpty else { return nil }
    let count = starts.count
    starts.append(writer.bytes.count)
    let chunk = RecordChunk(bytes: writer.bytes, starts: starts)
    writer = ByteWriter()
    starts = []
    return Records(chunk: chunk, range: 0..<count)
  }
}
