/// Cuts a stream of bytes into frames, whatever the pieces it arrives in.
///
/// ```
/// fill ──► [ taken │ frames ready ... │ the beginning of a frame │ free ]
///                  ▲ head             │                          ▲ tail
/// next() ──────────┘ moves head past one whole frame
/// ```
///
/// A frame over the limit is refused as soon as its length is known, before anything is allocated for
/// it; the buffer grows only as bytes arrive, so a length alone makes nobody allocate.
package struct FrameDecoder: ~Copyable {
  /// The largest payload accepted, in bytes.
  var limit: Int

  /// Memory of its own, because an array would fill with zeros what `read` fills with bytes.
  private var buffer = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var head = 0
  private var tail = 0

  /// How much is asked of `read` at once: the size of a worker's pipe.
  static let chunkSize = 256 << 10
  /// A buffer that grew beyond this for a large frame isn't kept; up to it, growing anew for each frame
  /// would cost more than the frame.
  private static let keptCapacity = 4 << 20

  package init(limit: Int = Frame.defaultLimit) { self.limit = limit }

  deinit { buffer.deallocate() }

  /// Bytes received that don't make a whole frame yet.
  var pending: Int { tail - head }

  /// Hands out free space for `read`, and takes note of how much of it was filled.
  ///
  /// - Parameter body: returns the number of bytes it stored.
  package mutating func fill<E: Error>(
    _ body: (UnsafeMutableRawBufferPointer) throws(E) -> Int
  ) throws(E) -> Int {
    makeRoom()
    let count = try body(UnsafeMutableRawBufferPointer(rebasing: buffer[tail...]))
    tail += count
    return count
  }

  /// The next whole frame, or nil when there's none yet.
  ///
  /// Its payload stays where it is until the next ``fill(_:)``.
  package mutating func next() throws(WireError) -> Frame? {
    guard pending >= Frame.lengthSize else { return nil }
    let length = number(at: head, as: UInt32.self)
    guard length >= UInt32(Frame.headerSize - Frame.lengthSize) else {
      throw .frameTooShort(length: length)
    }
    let payloadSize = Int(length) - (Frame.headerSize - Frame.lengthSize)
    guard payloadSize <= limit else {
      throw .frameTooLarge(length: UInt64(payloadSize), limit: limit)
    }
    guard pending >= Frame.headerSize + payloadSize else { return nil }

    let kind = number(at: head + 4, as: UInt8.self)
    guard let known = Frame.Kind(rawValue: kind) else { throw .unexpectedKind(kind) }
    let start = head + Frame.headerSize
    let frame = Frame(
      kind: known, type: number(at: head + 6, as: UInt16.self),
      id: number(at: head + 8, as: UInt64.self), payload: start..<start + payloadSize)
    head = frame.payload.upperBound
    return frame
  }

  /// Undoes the last ``next()``, which gave this frame.
  mutating func putBack(_ frame: Frame) { head = frame.payload.lowerBound - Frame.headerSize }

  /// The payload's bytes, valid within the call.
  package func withPayload<R, E: Error>(
    of frame: Frame, _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try body(UnsafeRawBufferPointer(rebasing: buffer[frame.payload]))
  }

  /// The first bytes of what isn't a whole frame yet, a header's at most: what to show of a broken one.
  package var pendingHead: [UInt8] {
    guard pending > 0 else { return [] }
    return Array(buffer[head..<min(tail, head + Frame.headerSize)])
  }

  /// How many bytes of a frame are missing, now that no more will come; 0 if none was begun.
  package var missingAtEnd: Int {
    guard pending > 0 else { return 0 }
    guard pending >= Frame.lengthSize else { return Frame.headerSize - pending }
    let length = number(at: head, as: UInt32.self)
    return max(1, Frame.lengthSize + Int(length) - pending)
  }

  private func number<Value: FixedWidthInteger>(at offset: Int, as _: Value.Type) -> Value {
    Value(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: Value.self))
  }

  /// Moves what is left to the front when half of the buffer is taken, and grows it when it's full.
  private mutating func makeRoom() {
    if head == tail && buffer.count > Self.keptCapacity { resize(to: 0) }
    let isShort = buffer.count - tail < Self.chunkSize / 2
    if head == tail || (head > 0 && isShort) || head > buffer.count / 2 {
      moveToFront(of: buffer)
    }
    if buffer.count - tail < Self.chunkSize / 2 {
      // Doubling keeps the copying linear in the frame's size.
      resize(to: max(Self.chunkSize, buffer.count * 2))
    }
  }

  private mutating func resize(to capacity: Int) {
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
    let old = buffer
    moveToFront(of: larger)
    old.deallocate()
  }

  /// Makes `target` the buffer; it may be the same one.
  private mutating func moveToFront(of target: UnsafeMutableRawBufferPointer) {
    target.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[head..<tail]))
    buffer = target
    tail -= head
    head = 0
  }
}
