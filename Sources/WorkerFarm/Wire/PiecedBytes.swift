/// Bytes of which long arrays are kept as they are, each at its place among the others, which are copied.
///
/// ```
/// copied  [ 12 │ 4 ]           the whole:  [ 12 │ 1048576 │ 4 ]
///              ▲ position
/// kept    [ 1048576 ]
/// ```
///
/// A megabyte is then copied by the pipe alone. An array is a value: whoever has it changes his own.
@usableFromInline
struct PiecedBytes: Sendable {
  @usableFromInline
  struct Kept: Sendable {
    let bytes: [UInt8]
    /// How many copied bytes lie before it.
    let position: Int
  }

  @usableFromInline var copied: [UInt8]
  /// In their order.
  @usableFromInline private(set) var kept: [Kept] = []

  /// Arrays from this size on are kept. Shorter ones would be copied on their way none the less, see
  /// ``SendQueue/largePiece`` and ``ReplyBuffer``.
  @inlinable static var keptSize: Int { 64 << 10 }

  init(_ copied: [UInt8] = []) { self.copied = copied }

  @inlinable var count: Int { kept.isEmpty ? copied.count : copied.count + keptCount }

  @usableFromInline var keptCount: Int { kept.reduce(0) { $0 + $1.bytes.count } }

  @usableFromInline
  mutating func keep(_ bytes: [UInt8]) { kept.append(Kept(bytes: bytes, position: copied.count)) }

  /// Takes away what follows so many copied bytes.
  ///
  /// - Parameter count: behind which no kept array follows at once, unless it's to stay.
  mutating func removeAll(after count: Int) {
    copied.removeLast(copied.count - count)
    while let last = kept.last, last.position > count { kept.removeLast() }
  }

  mutating func removeAll(keepingCapacity: Bool) {
    copied.removeAll(keepingCapacity: keepingCapacity)
    kept = []
  }

  /// Calls `body` with an array and where in it the next bytes are, until all were given.
  ///
  /// - Parameter start: copied bytes to leave out at the front; no kept array lies among them.
  func forEachPiece(
    from start: Int = 0, _ body: ([UInt8], Range<Int>) throws -> Void
  ) rethrows {
    var position = start
    for piece in kept {
      if piece.position > position { try body(copied, position..<piece.position) }
      try body(piece.bytes, piece.bytes.indices)
      position = piece.position
    }
    if copied.count > position { try body(copied, position..<copied.count) }
  }

  /// Everything one behind the other; costs a copy unless nothing is kept.
  ///
  /// - Parameter start: as above.
  func joined(from start: Int = 0) -> [UInt8] {
    if kept.isEmpty && start == 0 { return copied }
    var all: [UInt8] = []
    all.reserveCapacity(count - start)
    forEachPiece(from: start) { all += $0[$1] }
    return all
  }
}
