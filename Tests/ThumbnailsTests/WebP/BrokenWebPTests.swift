#if WebP
  import Testing

  @testable import Thumbnails

  @Suite("A broken WebP")
  struct BrokenWebPTests {
    static let noise = PNGFixture(width: 64, height: 64) { x, y in
      Pattern.noise(x, y).map(Int.init)
    }

    @Test func `cut anywhere is truncated`() throws {
      let bytes = try WebPFixtures.encoded(Self.noise)
      for length in stride(from: 12, to: bytes.count - 2, by: 97) {
        let kind = BrokenPictureTests.kind(Array(bytes.prefix(length)))
        #expect(kind == "truncated", "\(length) of \(bytes.count) bytes")
      }
      for length in 12..<(WebPFixtures.lossless.count - 2) {
        let kind = BrokenPictureTests.kind(Array(WebPFixtures.lossless.prefix(length)))
        #expect(kind == "truncated", "\(length) bytes")
      }
      #expect(BrokenPictureTests.kind(bytes) == "whole")
    }

    @Test func `cut in half shows its upper part when that is asked for`() throws {
      let bytes = try WebPFixtures.encoded(Self.noise)
      var options = ThumbnailOptions.wholeAsPNG()
      options.lenient = true
      let result = try thumbnail(Array(bytes.prefix(bytes.count / 2)), options)
      #expect(result.warnings == 1)
      let half = try Raster(decoding: result.bytes)
      let whole = try Raster(decoding: bytes)
      // The decoder's filter waits for the rows below.
      for x in 0..<64 { #expect(half[x, 4] == whole[x, 4]) }
      #expect(throws: ThumbnailError.self) { try thumbnail(Array(bytes.prefix(40)), options) }
    }

    @Test func `that has lost only what follows the pixels is whole when that is asked for`() throws
    {
      let simple = try WebPFixtures.encoded(Self.noise)
      let extended = WebPFixtures.file([
        WebPFixtures.extended(flags: 0x08, width: 64, height: 64), WebPFixtures.image(simple),
        WebPFixtures.chunk("EXIF", OrientationTests.exif(6)),
      ])
      let frame = (x: 0, y: 0, width: 64, height: 64, file: simple)
      let animation = WebPFixtures.animation(width: 64, height: 64, frames: [frame, frame])
      var options = ThumbnailOptions.wholeAsPNG()
      options.lenient = true
      for (bytes, lost) in [(extended, 20), (animation, simple.count / 2)] {
        let cut = Array(bytes.dropLast(lost))
        #expect(BrokenPictureTests.kind(cut) == "truncated")
        let result = try thumbnail(cut, options)
        #expect(result.bytes == (try thumbnail(simple, .wholeAsPNG()).bytes))
        #expect(result.warnings == 1)
      }
      // Here the first frame is hit.
      let half = Array(animation.prefix(simple.count / 2))
      #expect(BrokenPictureTests.kind(half) == "truncated")
      #expect(try thumbnail(half, options).warnings == 1)
    }

    @Test func `whose EXIF or profile makes no sense is shown all the same`() throws {
      let simple = try WebPFixtures.encoded(Self.noise)
      let plain = try thumbnail(simple, .wholeAsPNG())
      for type in ["EXIF", "ICCP"] {
        for data: [UInt8] in [[], [1], Array("II*\0".utf8), [UInt8](repeating: 0xFF, count: 4001)] {
          let chunk = WebPFixtures.chunk(type, data)
          let bytes = WebPFixtures.file(
            [WebPFixtures.extended(flags: 0x28, width: 64, height: 64)]
              + (type == "ICCP"
                ? [chunk, WebPFixtures.image(simple)] : [WebPFixtures.image(simple), chunk]))
          #expect(
            try thumbnail(bytes, .wholeAsPNG()).bytes == plain.bytes, "\(type) of \(data.count)")
        }
      }
    }

    @Test(arguments: 0..<200)
    func `with random mistakes in it gives a thumbnail or an error`(seed: Int) throws {
      var random = SeededRandom(UInt64(seed))
      let simple = try WebPFixtures.encoded(WebPDecodingTests.gradient)
      let frame = (x: 2, y: 4, width: 96, height: 64, file: simple)
      let animation = WebPFixtures.animation(width: 100, height: 70, frames: [frame])
      var bytes = [simple, WebPFixtures.lossless, animation][seed % 3]
      for _ in 0...(seed / 20) {
        let range = Bool.random(using: &random) ? 12..<60 : 12..<bytes.count
        bytes[Int.random(in: range, using: &random)] = random.bytes(1)[0]
      }
      var options = BrokenPictureTests.small
      options.lenient = seed.isMultiple(of: 2)
      let result = Result { try thumbnail(bytes, options) }
      if case .failure(let error) = result { #expect(error is ThumbnailError) }
    }

    @Test func `with a frame beyond the canvas, or none, is corrupt`() throws {
      let simple = try WebPFixtures.encoded(WebPDecodingTests.gradient)
      for frame in [
        (x: 6, y: 0, width: 96, height: 64, file: simple),
        (x: 0, y: 8, width: 96, height: 64, file: simple),
        (x: 0, y: 0, width: 90, height: 64, file: simple),
      ] {
        let bytes = WebPFixtures.animation(width: 100, height: 70, frames: [frame])
        #expect(BrokenPictureTests.kind(bytes) == "corrupt")
      }
      let empty = WebPFixtures.animation(width: 100, height: 70, frames: [])
      #expect(BrokenPictureTests.kind(empty) == "corrupt")
    }

    @Test func `or a giant is refused by its header`() throws {
      let bytes = try WebPFixtures.encoded(WebPDecodingTests.gradient)
      var options = BrokenPictureTests.small
      options.maxDecoderBytes = 96 * 64 * 3
      #expect(BrokenPictureTests.kind(bytes, options) == "whole")
      options.maxDecoderBytes -= 1
      #expect(BrokenPictureTests.kind(bytes, options) == "tooLarge")
      let claim = WebPFixtures.animation(
        width: 1 << 16, height: 1 << 15,
        frames: [
          (x: 0, y: 0, width: 96, height: 64, file: bytes)
        ])
      #expect(BrokenPictureTests.kind(claim) == "tooLarge")
    }
  }
#endif
