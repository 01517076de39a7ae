/// Takes values off a run of bytes in the order in which ``ByteWriter`` wrote them.
///
/// Nothing is trusted: each call checks what is left and throws ``ByteReader/Exhausted`` before it
/// reads, allocates or trusts a length. A reader is valid only within the call that was given it.
public struct ByteReader {
  /// The bytes ended before the value did.
  public struct Exhausted: Error, Hashable, Sendable, CustomStringConvertible {
    /// How many bytes the value still needed.
    public let needed: Int
    /// How many there were.
    public let available: Int
    public var description: String { "\(needed) bytes expected, \(available) there" }

    @usableFromInline
    init(needed: Int, available: Int) {
      self.needed = needed
      self.available = available
    }
  }

  @usableFromInline var rest: UnsafeRawBufferPointer

  /// A reader of all these bytes.
  ///
  /// - Parameter bytes: must outlive the reader.
  @inlinable
  public init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

  /// How many bytes are left.
  public var count: Int { rest.count }

  /// Takes an integer of the type's width, in little-endian order.
  ///
  /// - Parameter type: which integer; as a rule the place where it goes says so.
  @inlinable
  public mutating func read<Value: FixedWidthInteger>(
    _ type: Value.Type = Value.self
  ) throws(Exhausted) -> Value {
    let size = MemoryLayout<Value>.size
    let source = try take(size)
    return Value(littleEndian: source.loadUnaligned(as: Value.self))
  }

  /// Takes a number of eight bytes.
  public mutating func readDouble() throws(Exhausted) -> Double {
    Double(bitPattern: try read(UInt64.self))
  }

  /// Takes a length (u32) and as many bytes.
  public mutating func readBytes() throws(Exhausted) -> [UInt8] {
    let length = Int(try read(UInt32.self))
    return try take(length).withMemoryRebound(to: UInt8.self) { Array($0) }
  }

  /// Takes a length (u32) and as many bytes of UTF-8; invalid ones become U+FFFD.
  public mutating func readString() throws(Exhausted) -> String {
    let length = Int(try read(UInt32.self))
    return try take(length).withMemoryRebound(to: UInt8.self) {
      String(decoding: $0, as: UTF8.self)
    }
  }

  /// Takes everything that is left; valid only within the current call.
  @inlinable
  public mutating func readRest() -> UnsafeRawBufferPointer {
    defer { rest = UnsafeRawBufferPointer(start: nil, count: 0) }
    return rest
  }

  @inlinable
  mutating func take(_ size: Int) throws(Exhausted) -> UnsafeRawBufferPointer {
    guard size <= rest.count else { throw Exhausted(needed: size, available: rest.count) }
    let head = UnsafeRawBufferPointer(rebasing: rest[..<size])
    rest = UnsafeRawBufferPointer(rebasing: rest[size...])
    return head
  }
}
