import Testing

@testable import Thumbnails

#if WebP
  @Suite("A WebP thumbnail")
  struct WebPEncodingTests {
    @Test(arguments: PNGFixture.ColourType.allCases.filter { $0 != .palette })
    func `keeps colours and alpha`(_ type: PNGFixture.ColourType) throws {
      let fixture = PNGFixture(width: 60, height: 40, colourType: type) { x, y in
        switch type {
        case .grey: [x * 4]
        case .greyAlpha: [x * 4, 100 + y]
        case .rgba: [x * 4, y * 6, 128, 100 + y]
        default: [x * 4, y * 6, 128]
        }
      }
      let expected = try Raster(decoding: thumbnail(fixture.encoded(), .wholeAsPNG()).bytes)
      let webp = try Raster(decoding: WebPFixtures.encoded(fixture))
      #expect(webp.largestDifference(from: expected) <= 10)
      for y in 0..<40 { #expect(webp[7, y][3] == expected[7, y][3]) }
    }

    @Test func `is smaller at a lower quality, and always the same`() throws {
      let noise = BrokenWebPTests.noise
      let low = try WebPFixtures.encoded(noise, quality: 20)
      let high = try WebPFixtures.encoded(noise, quality: 90)
      #expect(low.count < high.count)
      #expect(try WebPFixtures.encoded(noise, quality: 90) == high)
    }

    @Test(arguments: [AlphaTests.hiddenGreen, WebPDecodingTests.gradient])
    func `carries a tag in its first bytes and is still a WebP`(_ fixture: PNGFixture) throws {
      // An odd length is followed by a byte that doesn't count.
      for text in ["odd", "even"] {
        let tag = ThumbnailTag(text)
        let tagged = try WebPFixtures.encoded(fixture, tag: tag)
        #expect(ThumbnailTag.read(fromHead: tagged) == tag)
        #expect(RIFFChunks.fileLength(fromHead: tagged) == tagged.count)
        let plain = try WebPFixtures.encoded(fixture)
        #expect(ThumbnailTag.read(fromHead: plain) == nil)
        #expect(try Raster(decoding: tagged) == Raster(decoding: plain))
      }
    }

    @Test func `can't be longer than the format allows`() throws {
      let long = PNGFixture(width: 16_384, height: 1, colourType: .grey, depth: 1) { _, _ in [1] }
      #expect(throws: ThumbnailError.tooLarge("a WebP has at most 16383 pixels a side")) {
        try WebPFixtures.encoded(long)
      }
    }
  }
#else
  @Suite("Without libwebp")
  struct WebPAbsenceTests {
    @Test func `WebP is named as not supported, in and out`() {
      let unsupported = ThumbnailError.unsupported("WebP isn't supported")
      #expect(throws: unsupported) { try thumbnail(WebPFixtures.lossless, .wholeAsPNG()) }
      #expect(throws: unsupported) { try Thumbnailer.check(WebPFixtures.lossless) }
      #expect(throws: unsupported) { try WebPFixtures.encoded(AlphaTests.hiddenGreen) }
      #expect(!ThumbnailFormat.webp.isSupported)
    }
  }
#endif
