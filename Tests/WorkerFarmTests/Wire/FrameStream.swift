@testable import WorkerFarm

/// A frame with its payload, as a test wants it.
struct WholeFrame: Equatable {
  var kind = Frame.Kind.output
  var type: UInt16 = 0
  var id: UInt64 = 0
  var payload: [UInt8] = []

  /// A frame with a payload of that size, different from its neighbours in every field.
  init(size: Int, number: Int) {
    let kinds: [Frame.Kind] = [.hello, .declare, .job, .output, .failure]
    kind = kinds[number % kinds.count]
    type = UInt16(truncatingIfNeeded: number &* 40_503)
    id = UInt64(number) &* 0x9E37_79B9_7F4A_7C15
    payload = Self.pattern(size: size, start: UInt8(truncatingIfNeeded: number))
  }

  init(_ frame: Frame, in decoder: borrowing FrameDecoder) {
    kind = frame.kind
    type = frame.type
    id = frame.id
    payload = decoder.withPayload(of: frame) { Array($0) }
  }

  var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.writeFrame(kind, type: type, id: id) { $0.write(bytes: payload, withLength: false) }
    return writer.bytes
  }

  /// Bytes in which a shift by less than 251 shows.
  static func pattern(size: Int, start: UInt8) -> [UInt8] {
    Array(unsafeUninitializedCapacity: size) { buffer, count in
      var value = start % 251
      for index in 0..<size {
        buffer[index] = value
        value = value == 250 ? 0 : value + 1
      }
      count = size
    }
  }
}

extension ByteWriter {
  mutating func write(bytes source: [UInt8], withLength: Bool) {
    if withLength { write(UInt32(source.count)) }
    source.withUnsafeBytes { write(raw: $0) }
  }
}

extension FrameDecoder {
  /// Takes bytes as `read` would, at most as many as there's room for; returns how many.
  mutating func take(_ bytes: ArraySlice<UInt8>) -> Int {
    fill { space in
      let count = min(space.count, bytes.count)
      bytes.withUnsafeBytes {
        space.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count]))
      }
      return count
    }
  }

  mutating func takeAll(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty { rest.removeFirst(take(rest)) }
  }

  mutating func wholeFrames() throws -> [WholeFrame] {
    var frames: [WholeFrame] = []
    while let frame = try next() { frames.append(WholeFrame(frame, in: self)) }
    return frames
  }
}

/// The frames of a stream that arrives in pieces, whose sizes `nextChunk` decides.
func decode(_ stream: [UInt8], nextChunk: () -> Int) throws -> [WholeFrame] {
  var decoder = FrameDecoder()
  var frames: [WholeFrame] = []
  var start = 0
  while start < stream.count {
    let end = min(stream.count, start + nextChunk())
    start += decoder.take(stream[start..<end])
    frames += try decoder.wholeFrames()
  }
  return decoder.pending == 0 ? frames : []
}
