import Testing

@testable import Thumbnails

@Suite("Alpha")
struct AlphaTests {
  /// Opaque red on the left, wholly transparent green on the right.
  static let hiddenGreen = PNGFixture(width: 64, height: 16, colourType: .rgba) { x, _ in
    x < 32 ? [255, 0, 0, 255] : [0, 255, 0, 0]
  }

  /// The same in 16 bits.
  static let hiddenGreen16 = PNGFixture(width: 64, height: 16, colourType: .rgba, depth: 16) {
    x, _ in
    x < 32 ? [65_535, 0, 0, 65_535] : [0, 65_535, 0, 0]
  }

  static func shrunk(_ fixture: PNGFixture, _ size: String, _ format: ThumbnailFormat) throws
    -> Raster
  {
    let options = ThumbnailOptions(size: ThumbnailSize(size)!, quality: 100, format: format)
    return try Raster(decoding: thumbnail(fixture.encoded(), options).bytes)
  }

  @Test("keeps a hidden colour out of its neighbours", arguments: [hiddenGreen, hiddenGreen16])
  func hiddenColoursStayHidden(_ fixture: PNGFixture) throws {
    let small = try Self.shrunk(fixture, "9x", .png)
    for x in 0..<small.width {
      let pixel = small[x, 0]
      // Without premultiplication the pixel on the border would be brown.
      #expect(pixel[1] == 0 && (pixel[0] == 255 || pixel[3] == 0), "\(pixel) at \(x)")
    }
    #expect(
      Set((0..<small.width).map { small[$0, 0][3] }).count > 2, "a border between is expected")
  }

  @Test("shows white, not the hidden colour, in a JPEG", arguments: [hiddenGreen, hiddenGreen16])
  func jpegShowsWhite(_ fixture: PNGFixture) throws {
    let small = try Self.shrunk(fixture, "32x", .jpeg)
    #expect(small[28, 4].allSatisfy { $0 >= 250 })
    #expect(small[4, 4][0] >= 250 && small[4, 4][1] <= 5)
  }

  /// Every pixel of the thumbnail comes from as many opaque red as wholly transparent green ones.
  @Test("keeps a hidden colour out of what lies on white", arguments: [8, 16])
  func jpegHasNoHiddenColour(depth: Int) throws {
    let full = (1 << depth) - 1
    let fixture = PNGFixture(width: 64, height: 64, colourType: .rgba, depth: depth) { x, y in
      (x + y) % 2 == 0 ? [full, 0, 0, full] : [0, full, 0, 0]
    }
    let small = try Self.shrunk(fixture, "16", .jpeg)
    let pink = Raster(width: 16, height: 16) { _, _ in [255, 128, 128] }
    #expect(small.largestDifference(from: pink) <= 3)
  }

  @Test("half transparent is half white in a JPEG")
  func halfTransparentIsHalfWhite() throws {
    let fixture = PNGFixture(width: 64, height: 64, colourType: .greyAlpha) { _, _ in [0, 128] }
    let small = try Self.shrunk(fixture, "16", .jpeg)
    #expect(abs(Int(small[8, 8][0]) - 127) <= 1)
  }

  @Test("keeps a colour under low alpha", arguments: [1, 2, 16, 64, 254])
  func faintColoursAreKept(alpha: Int) throws {
    let fixture = PNGFixture(width: 32, height: 32, colourType: .rgba) { _, _ in
      [255, 0, 255, alpha]
    }
    let pixel = try Self.shrunk(fixture, "8", .png)[4, 4]
    #expect(pixel == [255, 0, 255, UInt8(alpha)])
  }

  @Test(
    "chooses the format by the finished pixels",
    arguments: [(255, EncodedFormat.jpeg), (254, .png), (0, .png)])
  func formatFollowsPixels(alpha: Int, format: EncodedFormat) throws {
    let fixture = PNGFixture(colourType: .rgba) { _, _ in [9, 99, 199, alpha] }
    let result = try thumbnail(fixture.encoded(), ThumbnailOptions(size: ThumbnailSize("16")!))
    #expect(result.format == format)
    #expect(PictureFormat.sniff(result.bytes) == (format == .jpeg ? .jpeg : .png))
  }

  @Test("is left out of a PNG that is opaque all over")
  func opaqueAlphaIsDropped() throws {
    let fixture = PNGFixture(colourType: .greyAlpha) { x, _ in [x, 255] }
    let bytes = try thumbnail(fixture.encoded(), .wholeAsPNG()).bytes
    let colourType = bytes[25]  // of IHDR
    #expect(colourType == 0)
  }
}
