import Testing

@testable import Thumbnails

@Suite("Fit")
struct FitTests {
  /// Where a part of 32 by 32 pixels lies in the upright picture of 48 by 32, and one of 48 by 16.
  static let corners: [(ThumbnailGravity, left: Int, top: Int)] = [
    (.center, 8, 8), (.north, 8, 0), (.south, 8, 16), (.west, 0, 8), (.east, 16, 8),
    (.northwest, 0, 0), (.northeast, 16, 0), (.southwest, 0, 16), (.southeast, 16, 16),
  ]

  static func stored(_ orientation: Int) -> [UInt8] {
    let picture = OrientationTests.stored(orientation)
    return PNGFixture(
      width: picture.width, height: picture.height, exif: OrientationTests.exif(orientation)
    ) { x, y in picture[x, y].prefix(3).map(Int.init) }.encoded()
  }

  static func made(_ bytes: [UInt8], _ options: ThumbnailOptions) throws -> Raster {
    try Raster(decoding: thumbnail(bytes, options).bytes)
  }

  static func part(of picture: Raster, _ left: Int, _ top: Int, _ width: Int, _ height: Int)
    -> Raster
  {
    Raster(width: width, height: height) { x, y in picture[left + x, top + y] }
  }

  @Test(arguments: 1...8, 0..<corners.count)
  func `cover keeps the part that gravity names, whatever the orientation`(
    orientation: Int, index: Int
  ) throws {
    let (gravity, left, top) = Self.corners[index]
    let bytes = Self.stored(orientation)
    var options = ThumbnailOptions(
      size: ThumbnailSize("1000x1000")!, fit: .cover, gravity: gravity, format: .png)
    let square = try Self.made(bytes, options)
    #expect(square == Self.part(of: OrientationTests.upright, left, 0, 32, 32))
    options.size = ThumbnailSize("3000x1000")!
    let wide = try Self.made(bytes, options)
    #expect(wide == Self.part(of: OrientationTests.upright, 0, top, 48, 16))
  }

  @Test(arguments: 1...8)
  func `cover shrinks what it keeps`(orientation: Int) throws {
    let options = ThumbnailOptions(
      size: ThumbnailSize("12x4")!, fit: .cover, gravity: .south, format: .png)
    let small = try Self.made(Self.stored(orientation), options)
    let expected = Raster(width: 12, height: 4) { x, y in
      Pattern.mean(4 * x..<4 * x + 4, 16 + 4 * y..<20 + 4 * y) { x, y in
        Array(OrientationTests.upright[x, y].prefix(3))
      }
    }
    #expect(small.meanDifference(from: expected) < 2)
  }

  @Test func `cover at the picture's own shape is contain`() throws {
    let bytes = JPEGFixture(pixel: Pattern.noise).encoded()
    let contain = ThumbnailOptions(size: ThumbnailSize("24x16")!)
    let cover = ThumbnailOptions(size: ThumbnailSize("24x16")!, fit: .cover)
    let (one, other) = (try thumbnail(bytes, contain), try thumbnail(bytes, cover))
    #expect(one == other)
  }

  @Test func `cutting before resizing is the same as after it`() throws {
    let bytes = PNGFixture(width: 96, height: 64) { x, y in Pattern.noise(x, y).map(Int.init) }
      .encoded()
    let whole = try Self.made(
      bytes, ThumbnailOptions(size: ThumbnailSize("24x16")!, format: .png))
    let cover = try Self.made(
      bytes, ThumbnailOptions(size: ThumbnailSize("16x16")!, fit: .cover, format: .png))
    #expect(cover == Self.part(of: whole, 4, 0, 16, 16))
  }

  @Test(arguments: [("20x40", false, 20, 32), ("20x40", true, 20, 40), ("96x8", true, 96, 8)])
  func `exact gives up the shape`(box: String, enlarge: Bool, width: Int, height: Int) throws {
    let options = ThumbnailOptions(
      size: ThumbnailSize(box)!, fit: .exact, enlarge: enlarge, format: .png)
    for orientation in 1...8 {
      let result = try thumbnail(Self.stored(orientation), options)
      #expect(result.width == width && result.height == height)
      let picture = try Raster(decoding: result.bytes)
      // The gradient runs from corner to corner still.
      #expect(picture[0, 0][0] < 20 && picture[width - 1, 0][0] > 170)
      #expect(picture[0, 0][1] < 30 && picture[0, height - 1][1] > 190)
    }
  }

  @Test(arguments: [PNGFixture.ColourType.grey, .rgb, .rgba])
  func `enlarging keeps a flat picture flat and a gradient even`(colour: PNGFixture.ColourType)
    throws
  {
    let flat = PNGFixture(width: 1, height: 1, colourType: colour) { _, _ in
      Array([70, 80, 90, 100].prefix(colour.channels))
    }
    let options = ThumbnailOptions(size: ThumbnailSize("9x7")!, fit: .exact, enlarge: true)
    let large = try Self.made(flat.encoded(), options)
    #expect(large.width == 9 && large.height == 7)
    for start in stride(from: 4, to: large.samples.count, by: 4) {
      #expect(large.samples[start..<start + 4] == large.samples[0..<4])
    }
    let steps = PNGFixture(width: 8, height: 1, colourType: colour) { x, _ in
      Array([30 * x, 30 * x, 30 * x, 255].prefix(colour.channels))
    }
    let wide = try Self.made(
      steps.encoded(),
      ThumbnailOptions(size: ThumbnailSize("32x")!, enlarge: true, format: .png))
    #expect(wide.width == 32 && wide.height == 4)
    for x in 5..<27 { #expect(wide[x, 0][0] >= wide[x - 1, 0][0], "\(x)") }
  }

  @Test(arguments: ThumbnailFit.allCases, [false, true])
  func `pictures of one row or column fit in every way`(fit: ThumbnailFit, enlarge: Bool) throws {
    for (width, height) in [(1, 1), (1, 20_000), (20_000, 1)] {
      let bytes = PNGFixture(width: width, height: height) { _, _ in [10, 200, 30] }.encoded()
      for gravity in [ThumbnailGravity.southeast, .smart] {
        let options = ThumbnailOptions(
          size: ThumbnailSize("40x30")!, fit: fit, gravity: gravity, enlarge: enlarge, format: .png)
        let picture = try Self.made(bytes, options)
        #expect(picture.width <= 40 && picture.height <= 30)
        if enlarge && fit != .contain { #expect(picture.width == 40 && picture.height == 30) }
        #expect(picture[picture.width - 1, picture.height - 1] == [10, 200, 30, 255])
      }
    }
  }

  @Test func `an enlarged thumbnail beyond the limit on pixels is refused`() throws {
    let bytes = PNGFixture(width: 2, height: 2) { _, _ in [1, 2, 3] }.encoded()
    var options = ThumbnailOptions(
      size: ThumbnailSize("100x100")!, enlarge: true, maxPixels: 10_000)
    #expect(try thumbnail(bytes, options).width == 100)
    options.maxPixels = 9_999
    let refusal = #expect(throws: ThumbnailError.self) { try thumbnail(bytes, options) }
    #expect(refusal?.category == .refused)
  }

  @Test func `options that make no sense are told apart in words`() {
    var options = ThumbnailOptions(size: ThumbnailSize("640x")!)
    #expect(options.problem == nil)
    options.fit = .cover
    #expect(options.problem?.contains("640x") == true)
    options.size = ThumbnailSize("640")!
    #expect(options.problem == nil)
    options.quality = 101
    #expect(options.problem?.contains("101") == true)
    options.quality = 100
    options.sizes = []
    #expect(options.problem != nil)
  }
}
