@testable import WorkerFarm

extension FuzzTarget {
  /// The frame decoder: the same bytes in any pieces give the same frames, the ones that a plain reading of the
  /// wire format gives, and take no more memory than the bytes that have come.
  static let frames = FuzzTarget("frames", seeds: FrameSeeds.streams) { bytes, choices in
    let limit = choices.one(of: [0, 1, 40, 1000, Frame.defaultLimit, Frame.largestLimit])
    let pieces = (0..<8).map { _ in 1 + choices.below(256) }
    let expected = Decoded(plainly: bytes, limit: limit)
    // What the decoder holds grows by doubling; a frame costs the list of frames some words.
    let mostMemory = 4 * FrameDecoder.chunkSize + 64 * bytes.count + (1 << 16)
    // Byte by byte takes long, and shows nothing in a long stream that it doesn't in a short one.
    for pieces in [[Int.max], pieces] + (bytes.count <= 500 ? [[1]] : []) {
      var peak = 0
      let got = measuringMemory(&peak) { Decoded(bytes, pieces: pieces, limit: limit) }
      requireMemory("decoding frames", peak, below: mostMemory)
      require(got == expected, "\(got) in pieces of \(pieces), not \(expected)")
    }
  }
}

/// What a decoder makes of a whole stream.
private struct Decoded: Equatable {
  var frames: [Frame] = []
  var payloads: [[UInt8]] = []
  var error: WireError?
  var pending = 0
  var missing = 0

  /// By the decoder, which gets the bytes in pieces of these lengths, over and over.
  init(_ bytes: UnsafeRawBufferPointer, pieces: [Int], limit: Int) {
    var decoder = FrameDecoder(limit: limit)
    var rest = bytes[...]
    var turn = 0
    do throws(WireError) {
      while !rest.isEmpty {
        let count = decoder.fill { room in
          let piece = rest.prefix(min(pieces[turn % pieces.count], room.count))
          room.copyMemory(from: UnsafeRawBufferPointer(rebasing: piece))
          return piece.count
        }
        require(count > 0, "no room to read into")
        rest = rest.dropFirst(count)
        turn += 1
        while var frame = try decoder.next() {
          payloads.append(decoder.withPayload(of: frame) { Array($0) })
          // Where it lies is the decoder's business.
          frame.payload = 0..<frame.payload.count
          frames.append(frame)
        }
      }
      pending = decoder.pending
      missing = decoder.missingAtEnd
    } catch {
      self.error = error
    }
  }

  /// As the wire format reads: one frame after the other from an array.
  init(plainly bytes: UnsafeRawBufferPointer, limit: Int) {
    var rest = Array(bytes)[...]
    while rest.count >= 4 {
      let length = Self.number(rest.prefix(4))
      if length < 12 {
        error = .frameTooShort(length: UInt32(length))
        return
      }
      if length - 12 > limit {
        error = .frameTooLarge(length: UInt64(length - 12), limit: limit)
        return
      }
      guard rest.count >= 4 + length else { break }
      let frame = Array(rest.prefix(4 + length))
      guard let kind = Frame.Kind(rawValue: frame[4]) else {
        error = .unexpectedKind(frame[4])
        return
      }
      frames.append(
        Frame(
          kind: kind, type: UInt16(Self.number(frame[6..<8])),
          id: UInt64(Self.number(frame[8..<12])) | UInt64(Self.number(frame[12..<16])) << 32,
          payload: 0..<(length - 12)))
      payloads.append(Array(frame[16...]))
      rest = rest.dropFirst(frame.count)
    }
    pending = rest.count
    switch rest.count {
    case 0: missing = 0
    case 1..<4: missing = 16 - rest.count
    default: missing = 4 + Self.number(rest.prefix(4)) - rest.count
    }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}
