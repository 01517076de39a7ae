import Testing

@testable import WorkerFarm

@Suite struct FrameDecoderTests {
  static let small = (0...300).map { WholeFrame(size: $0, number: $0) }
  static let smallStream = small.flatMap { $0.encoded }

  /// Around the sizes at which buffers are read into, grown and moved.
  static let large: [WholeFrame] = {
    let sizes = [64 << 10, 128 << 10, 256 << 10, 1 << 20].flatMap { size in
      [-17, -16, -15, -1, 0, 1].map { size + $0 }
    }
    return sizes.enumerated().map { WholeFrame(size: $1, number: $0) }
  }()

  @Test(arguments: 1...40) func `frames of every length arrive in chunks of one size`(
    chunk: Int
  ) throws {
    #expect(try decode(Self.smallStream) { chunk } == Self.small)
  }

  @Test(arguments: 0...300) func `two frames arrive cut at any byte`(size: Int) throws {
    let frames = [
      WholeFrame(size: size, number: size), WholeFrame(size: 300 - size, number: size + 1),
    ]
    let stream = frames.flatMap { $0.encoded }
    for cut in 1..<stream.count {
      var chunks = [stream.count - cut, cut]
      let decoded = try decode(stream) { chunks.popLast() ?? 1 }
      #expect(decoded == frames, "cut at \(cut)")
    }
  }

  @Test(arguments: [999, 4096, 65_535, 65_536, 262_144, 1 << 22])
  func
    `large frames arrive in chunks of one size`(chunk: Int) throws
  {
    let stream = Self.large.flatMap { $0.encoded }
    #expect(try decode(stream) { chunk } == Self.large)
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>) func `frames arrive in chunks of any size`(
    seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    let frames = (Self.small + Self.large).shuffled(using: &random)
    let stream = frames.flatMap { $0.encoded }
    let decoded = try decode(stream) {
      // As many short ones as long ones.
      1 + Int.random(in: 0..<1 << Int.random(in: 0...19, using: &random), using: &random)
    }
    #expect(decoded == frames)
  }

  @Test func `what is missing at the end is known at every cut`() {
    let frame = WholeFrame(size: 50, number: 1).encoded
    for cut in 0..<frame.count {
      var decoder = FrameDecoder()
      decoder.takeAll(Array(frame[..<cut]))
      #expect((try? decoder.next()) == .some(nil))
      // Before the length is known, a header's worth.
      let missing = cut == 0 ? 0 : cut < Frame.lengthSize ? Frame.headerSize - cut : 66 - cut
      #expect(decoder.missingAtEnd == missing)
    }
  }

  @Test func `a decoder that has given its frames has nothing pending`() throws {
    var decoder = FrameDecoder()
    decoder.takeAll(Self.smallStream)
    #expect(try decoder.wholeFrames() == Self.small)
    #expect(decoder.pending == 0 && decoder.missingAtEnd == 0)
  }
}

@Suite struct FrameLimitTests {
  @Test(arguments: [0, 1, 100, 65_536]) func `the limit is accepted, and one byte more refused`(
    limit: Int
  ) throws {
    let largest = WholeFrame(size: limit, number: 2)
    var decoder = FrameDecoder(limit: limit)
    decoder.takeAll(largest.encoded)
    #expect(try decoder.wholeFrames() == [largest])

    // Four bytes tell the length: more isn't waited for.
    decoder.takeAll(Array(WholeFrame(size: limit + 1, number: 3).encoded[..<4]))
    #expect(throws: WireError.frameTooLarge(length: UInt64(limit + 1), limit: limit)) {
      try decoder.next()
    }
  }

  @Test func `a length of four gigabytes is refused and allocates nothing`() {
    var decoder = FrameDecoder()
    decoder.takeAll([255, 255, 255, 255])
    #expect(throws: WireError.frameTooLarge(length: 4_294_967_283, limit: 64 << 20)) {
      try decoder.next()
    }
    #expect(decoder.spaceForRead <= FrameDecoder.chunkSize)
  }

  @Test func `a promised frame is allocated as it arrives, not as it's promised`() throws {
    var decoder = FrameDecoder()
    decoder.takeAll(Array(WholeFrame(size: 1 << 20, number: 0).encoded[..<16]))
    #expect(try decoder.next() == nil)
    #expect(decoder.spaceForRead <= FrameDecoder.chunkSize)
  }

  @Test func `a buffer that grew for a large frame is given back`() throws {
    var decoder = FrameDecoder()
    decoder.takeAll(WholeFrame(size: 8 << 20, number: 0).encoded)
    #expect(try decoder.wholeFrames().count == 1)
    #expect(decoder.spaceForRead <= FrameDecoder.chunkSize)
  }

  @Test(arguments: 0...11 as ClosedRange<UInt32>) func `a frame shorter than its header is refused`(
    length: UInt32
  ) {
    var decoder = FrameDecoder()
    decoder.takeAll([UInt8(length), 0, 0, 0])
    #expect(throws: WireError.frameTooShort(length: length)) { try decoder.next() }
  }

  @Test(arguments: [0, 9, 128, 255] as [UInt8])
  func
    `a frame of unknown kind is refused, after those before it were given`(kind: UInt8) throws
  {
    let good = WholeFrame(size: 9, number: 7)
    var bad = WholeFrame(size: 5, number: 8).encoded
    bad[4] = kind
    var decoder = FrameDecoder()
    decoder.takeAll(good.encoded + bad)
    let first = try #require(try decoder.next())
    #expect(WholeFrame(first, in: decoder) == good)
    #expect(throws: WireError.unexpectedKind(kind)) { try decoder.next() }
  }

  @Test(arguments: 1...200 as ClosedRange<UInt64>) func `garbage ends in an error or in nothing`(
    seed: UInt64
  ) {
    var random = SeededGenerator(seed: seed)
    var decoder = FrameDecoder(limit: 4096)
    // Short lengths, or nearly all would end at once.
    let garbage = (0..<3000).map { index -> UInt8 in
      index % 4 == 3 || Bool.random(using: &random) ? 0 : UInt8.random(in: 0...255, using: &random)
    }
    decoder.takeAll(garbage)
    do {
      while let frame = try decoder.next() {
        #expect(frame.payload.count <= 4096)
      }
      #expect(decoder.pending <= 4096 + Frame.headerSize)
    } catch {}
  }
}

extension FrameDecoder {
  /// How much `read` would be given now.
  fileprivate var spaceForRead: Int {
    mutating get {
      var space = 0
      _ = fill {
        space = $0.count
        return 0
      }
      return space
    }
  }
}
