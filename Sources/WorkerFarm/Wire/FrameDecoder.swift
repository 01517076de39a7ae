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
struct FrameDecoder {
  /// The largest payload accepted, in bytes.
  var limit: Int

  private var buffer: [UInt8]
  private var head = 0
  private var tail = 0

  /// How much is asked of `read` at once: the size of a worker's pipe.
  static let chunkSize = 256 << 10
  /// A buffer that grew beyond this for a large frame isn't kept; up to it, growing anew for each frame
  /// would cost more than the frame.
  private static let keptCapacity = 4 << 20

  init(limit: Int = Frame.defaultLimit) {
    self.limit = limit
    buffer = []
  }

  /// Bytes received that don't make a whole frame yet.
  var pending: Int { tail - head }

  /// Hands out free space for `read`, and takes note of how much of it was filled.
  ///
  /// - Parameter body: returns the number of bytes it stored.
  mutating func fill<E: Error>(
    _ body: (UnsafeMutableRawBufferPointer) throws(E) -> Int
  ) throws(E) -> Int {
    makeRoom()
    let start = tail
    // A closure that rethrows a typed error through the standard library needs the error outside.
    var failure: E?
    let count = buffer.withUnsafeMutableBytes { all -> Int in
      do throws(E) {
        return try body(UnsafeMutableRawBufferPointer(rebasing: all[start...]))
      } catch {
        failure = error
        return 0
      }
    }
    if let failure { throw failure }
    tail += count
    return count
  }

  /// The next whole frame, or nil when there's none yet.
  ///
  /// Its payload stays where it is until the next ``fill(_:)``.
  mutating func next() throws(WireError) -> Frame? {
    guard pending >= Frame.lengthSize else { return nil }
    let head = head
    let length = buffer.withUnsafeBytes {
      UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: head, as: UInt32.self))
    }
    guard length >= UInt32(Frame.headerSize - Frame.lengthSize) else {
      throw .frameTooShort(length: length)
    }
    let payloadSize = Int(length) - (Frame.headerSize - Frame.lengthSize)
    guard payloadSize <= limit else {
      throw .frameTooLarge(length: UInt64(payloadSize), limit: limit)
    }
    guard pending >= Frame.headerSize + payloadSize else { return nil }

    let (kind, type, id) = buffer.withUnsafeBytes {
      (
        $0[head + 4],
        UInt16(littleEndian: $0.loadUnaligned(fromByteOffset: head + 6, as: UInt16.self)),
        UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: head + 8, as: UInt64.self))
      )
    }
    guard let known = Frame.Kind(rawValue: kind) else { throw .unexpectedKind(kind) }
    let start = head + Frame.headerSize
    self.head = start + payloadSize
    return Frame(kind: known, type: type, id: id, payload: start..<start + payloadSize)
  }

  /// The payload's bytes, valid within the call.
  func withPayload<R, E: Error>(
    of frame: Frame, _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    var result: Result<R, E>?
    buffer.withUnsafeBytes { all in
      do throws(E) {
        result = .success(try body(UnsafeRawBufferPointer(rebasing: all[frame.payload])))
      } catch {
        result = .failure(error)
      }
    }
    guard let result else { preconditionFailure("withUnsafeBytes always calls its body") }
    return try result.get()
  }

  /// How many bytes of a frame are missing, now that no more will come; 0 if none was begun.
  var missingAtEnd: Int {
    guard pending > 0 else { return 0 }
    guard pending >= Frame.lengthSize else { return Frame.headerSize - pending }
    let length = buffer.withUnsafeBytes {
      UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: head, as: UInt32.self))
    }
    return max(1, Frame.lengthSize + Int(length) - pending)
  }

  /// Moves what is left to the front when half of the buffer is taken, and grows it when it's full.
  private mutating func makeRoom() {
    if head == tail {
      head = 0
      tail = 0
      if buffer.count > Self.keptCapacity { buffer = [] }
    } else if head > 0 && (buffer.count - tail < Self.chunkSize / 2 || head > buffer.count / 2) {
      let (head, tail) = (head, tail)
      buffer.withUnsafeMutableBytes { all in
        guard let start = all.baseAddress else { return }
        start.copyMemory(from: start + head, byteCount: tail - head)
      }
      self.tail -= head
      self.head = 0
    }
    if buffer.count - tail < Self.chunkSize / 2 {
      // Doubling keeps the copying linear in the frame's size.
      let wanted = max(Self.chunkSize, buffer.count * 2)
      buffer.append(contentsOf: repeatElement(0, count: wanted - buffer.count))
    }
  }
}
