/// Appends values to a growing run of bytes, integers in little-endian order.
///
/// ```swift
/// func encode(into writer: inout ByteWriter) {
///   writer.write(UInt32(width))
///   writer.write(string: title)
/// }
/// ```
///
/// Reading back is ``ByteReader``'s; both sides must agree on the order, as nothing is labelled.
public struct ByteWriter: Sendable {
  @usableFromInline var storage: PiecedBytes

  /// What was written so far.
  ///
  /// - Complexity: O(1), but O(*n*) if it holds arrays that weren't copied.
  public var bytes: [UInt8] { storage.joined() }

  /// How many bytes were written so far.
  @inlinable public var count: Int { storage.count }

  /// A writer that begins with bytes that are there.
  ///
  /// - Parameter bytes: what to append to; its capacity is kept.
  public init(_ bytes: [UInt8] = []) {
    storage = PiecedBytes(bytes)
  }

  /// Appends an integer in its own width.
  @inlinable
  public mutating func write<Value: FixedWidthInteger>(_ value: Value) {
    withUnsafeBytes(of: value.littleEndian) { appendRaw($0) }
  }

  /// Appends a number as its IEEE 754 bits.
  @inlinable
  public mutating func write(_ value: Double) { write(value.bitPattern) }

  /// Appends bytes as they are, without a length.
  @inlinable
  public mutating func write(raw source: UnsafeRawBufferPointer) { appendRaw(source) }

  /// Appends an array's bytes, without a length.
  ///
  /// An array of 64 KiB or more isn't copied but kept as it is, for a job's input until the job has its outcome. As with
  /// any array, who changes his own afterwards doesn't change the one that is kept.
  @inlinable
  public mutating func write(raw source: [UInt8]) {
    if source.count < PiecedBytes.keptSize {
      storage.copied.append(contentsOf: source)
    } else {
      storage.keep(source)
    }
  }

  /// Appends a length (u32) and the bytes.
  ///
  /// - Precondition: fewer than 4 GiB.
  public mutating func write(bytes source: some Collection<UInt8>) {
    write(UInt32(source.count))
    storage.copied.append(contentsOf: source)
  }

  /// Appends a length (u32) and an array's bytes; a long one isn't copied, see ``write(raw:)-([UInt8])``.
  ///
  /// - Precondition: fewer than 4 GiB.
  @inlinable
  public mutating func write(bytes source: [UInt8]) {
    write(UInt32(source.count))
    write(raw: source)
  }

  /// Appends a length (u32) and the string in UTF-8.
  public mutating func write(string: String) {
    write(bytes: string.utf8)
  }

  @inlinable
  mutating func appendRaw(_ source: UnsafeRawBufferPointer) {
    // As bytes, which are copied at once even without the optimiser.
    source.withMemoryRebound(to: UInt8.self) { storage.copied.append(contentsOf: $0) }
  }

  /// Appends a part of an array.
  mutating func write(raw source: [UInt8], _ range: Range<Int>) {
    source.withUnsafeBytes { appendRaw(UnsafeRawBufferPointer(rebasing: $0[range])) }
  }

  /// Overwrites what was written there.
  ///
  /// - Parameter offset: among the copied bytes.
  @inlinable
  mutating func store<Value: FixedWidthInteger>(_ value: Value, at offset: Int) {
    storage.copied.withUnsafeMutableBytes {
      $0.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Value.self)
    }
  }
}
