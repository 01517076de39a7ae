#if WebP
  import Testing

  @testable import Thumbnails

  @Suite("Every kind of WebP")
  struct WebPDecodingTests {
    static let gradient = PNGFixture(width: 96, height: 64) { x, y in
      Pattern.gradient(x, y).map(Int.init)
    }
    static let plain = Raster(width: 96, height: 64, pixel: Pattern.gradient)

    @Test func `keeps its colours`() throws {
      let result = try thumbnail(WebPFixtures.encoded(Self.gradient), .wholeAsPNG())
      #expect(try Raster(decoding: result.bytes).largestDifference(from: Self.plain) <= 12)
      #expect(result.source.format == .webp)
      #expect(result.warnings == 0)
    }

    @Test func `keeps its samples when it is lossless, under alpha too`() throws {
      let result = try thumbnail(WebPFixtures.lossless, .wholeAsPNG())
      let expected = Raster(width: 5, height: 4) { x, y in
        [UInt8(50 * x), UInt8(80 * y), UInt8(200 - 20 * x), x == 0 ? 100 : 255]
      }
      #expect(try Raster(decoding: result.bytes).largestDifference(from: expected) <= 1)
    }

    @Test(arguments: [3, 10, 33, 100, 250])
    func `comes out reduced as if it had been decoded whole`(side: Int) throws {
      let detailed = PNGFixture(width: 1000, height: 700) { x, y in
        [(x * x / 9 + y * 3) % 256, (x + y * y / 7) % 256, x / 4]
      }
      let webp = try WebPFixtures.encoded(detailed)
      let whole = try thumbnail(webp, .wholeAsPNG())
      let options = ThumbnailOptions(
        size: ThumbnailSize(width: side, height: side)!, format: .png)
      let expected = try Raster(decoding: thumbnail(whole.bytes, options).bytes)
      let reduced = try Raster(decoding: thumbnail(webp, options).bytes)
      #expect(reduced.meanDifference(from: expected) < 1.5)
    }

    @Test func `keeps a hidden colour out of its neighbours`() throws {
      let webp = try WebPFixtures.encoded(AlphaTests.hiddenGreen)
      let options = ThumbnailOptions(size: ThumbnailSize("9x")!, format: .png)
      let small = try Raster(decoding: thumbnail(webp, options).bytes)
      for x in 0..<small.width {
        #expect(small[x, 0][1] < 40 || small[x, 0][3] == 0, "\(small[x, 0]) at \(x)")
      }
      #expect(small[0, 0][3] == 255 && small[8, 0][3] == 0)
    }

    @Test(arguments: 1...8)
    func `stands upright`(number: Int) throws {
      let block: [UInt8] =
        Array("MM\0*".utf8) + [0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(number)]
        + [UInt8](repeating: 0, count: 6)
      let simple = try WebPFixtures.encoded(Self.gradient)
      let orientation = Orientation(rawValue: number)!
      for prefix in ["", "Exif\0\0"] {
        let webp = WebPFixtures.file([
          WebPFixtures.extended(flags: 0x08, width: 96, height: 64), WebPFixtures.image(simple),
          WebPFixtures.chunk("EXIF", Array(prefix.utf8) + block),
        ])
        let result = try Raster(decoding: thumbnail(webp, .wholeAsPNG()).bytes)
        let expected = try Raster(decoding: simple).turned(from: orientation)
        #expect(result == expected)
      }
    }

    @Test func `is converted through its profile`() throws {
      let simple = try WebPFixtures.encoded(ColorConversionTests.colours)
      let webp = WebPFixtures.file([
        WebPFixtures.extended(flags: 0x20, width: 64, height: 64),
        WebPFixtures.chunk("ICCP", Profiles.swapped), WebPFixtures.image(simple),
      ])
      let result = try Raster(decoding: thumbnail(webp, .wholeAsPNG()).bytes)
      let expected = Profiles.converted(try Raster(decoding: simple), from: Profiles.swapped)
      #expect(result.largestDifference(from: expected) <= 1)
    }

    @Test func `shows the first frame of an animation, on its canvas`() throws {
      let simple = try WebPFixtures.encoded(Self.gradient)
      let frame = (x: 0, y: 0, width: 96, height: 64, file: simple)
      let other = (x: 0, y: 0, width: 5, height: 4, file: WebPFixtures.lossless)
      let filling = WebPFixtures.animation(width: 96, height: 64, frames: [frame, other])
      let first = try Raster(decoding: thumbnail(filling, .wholeAsPNG()).bytes)
      #expect(first == (try Raster(decoding: simple)))

      let placed = (x: 10, y: 6, width: 96, height: 64, file: simple)
      let larger = WebPFixtures.animation(width: 120, height: 80, frames: [placed, other])
      let result = try Raster(decoding: thumbnail(larger, .wholeAsPNG()).bytes)
      #expect(result.width == 120 && result.height == 80)
      #expect(result[9, 6] == [0, 0, 0, 0] && result[106, 69] == [0, 0, 0, 0])
      #expect(result[10, 6] == first[0, 0] && result[105, 69] == first[95, 63])
    }
  }
#endif
