import Testing

@testable import Thumbnails

@Suite("Several sizes")
struct SeveralSizesTests {
  static func options(_ sizes: [String], _ fit: ThumbnailFit = .contain) -> ThumbnailOptions {
    var options = ThumbnailOptions(size: ThumbnailSize(sizes[0])!, fit: fit, format: .png)
    options.sizes = sizes.map { ThumbnailSize($0)! }
    return options
  }

  static func frames(_ sizes: [String], of size: PixelSize, _ framing: Framing) -> [Frame] {
    sizes.map { framing.frame(for: size, box: ThumbnailSize($0)!) }
  }

  /// Edges, noise and gradients, as photographs have.
  static let photograph: @Sendable (Int, Int) -> [UInt8] = { x, y in
    let noise = Int(Pattern.noise(x, y)[0]) / 16
    let edge = (x * 3 + y * 2) / 90 % 2 == 0 ? 60 : 0
    return [
      UInt8(40 + edge + x / 4 % 100 + noise), UInt8(50 + edge + y / 3 % 100 + noise),
      UInt8(60 + noise + (x + y) / 6 % 100),
    ]
  }

  static let pictures: [[UInt8]] = [
    JPEGFixture(width: 320, height: 240, sampling: (2, 2), pixel: photograph).encoded(),
    JPEGFixture(
      width: 240, height: 320, sampling: (2, 2), progressive: true,
      exif: OrientationTests.exif(6), pixel: photograph
    ).encoded(),
    PNGFixture(width: 320, height: 240) { photograph($0, $1).map(Int.init) }.encoded(),
    PNGFixture(width: 320, height: 240, colourType: .rgba, depth: 16) { x, y in
      photograph(x, y).map { Int($0) * 257 } + [x < 160 ? 65_535 : y * 272]
    }.encoded(),
  ]

  @Test(arguments: pictures)
  func `come in the order asked, the largest as if it were alone`(bytes: [UInt8]) throws {
    let sizes = ["60x60", "200x200", "x72", "200x200"]
    let several = try Thumbnailer(options: Self.options(sizes)).thumbnails(of: bytes)
    let alone = try thumbnail(bytes, Self.options(["200x200"]))
    #expect(several.map(\.height) == [45, 150, 72, 150])
    #expect(several[1] == alone && several[3] == alone)
  }

  @Test(arguments: pictures, ThumbnailFit.allCases)
  func `look like those made alone`(bytes: [UInt8], fit: ThumbnailFit) throws {
    let sizes = ["200x150", "150x100", "90x70", "30x30", "1x1"]
    let several = try Thumbnailer(options: Self.options(sizes, fit)).thumbnails(of: bytes)
    for (size, made) in zip(sizes, several) {
      let alone = try Raster(decoding: thumbnail(bytes, Self.options([size], fit)).bytes)
      let difference = try Raster(decoding: made.bytes).meanDifference(from: alone)
      // Alone a JPEG is decoded at a smaller scale, which costs most of the difference.
      #expect(difference < 2, "\(size)")
    }
  }

  @Test func `of a PNG differ from those made alone by rounding only`() throws {
    let several = try Thumbnailer(options: Self.options(["240x", "120x", "60x", "20x"]))
      .thumbnails(of: Self.pictures[2])
    for made in several {
      let alone = try Raster(
        decoding: thumbnail(Self.pictures[2], Self.options(["\(made.width)x"])).bytes)
      let picture = try Raster(decoding: made.bytes)
      #expect(picture.peakSignalToNoise(against: alone) > 50, "\(made.width)")
    }
  }

  @Test func `keep hidden colours hidden in each of them`() throws {
    let options = Self.options(["32x", "16x", "8x", "3x"])
    for fixture in [AlphaTests.hiddenGreen, AlphaTests.hiddenGreen16] {
      for made in try Thumbnailer(options: options).thumbnails(of: fixture.encoded()) {
        let picture = try Raster(decoding: made.bytes)
        for x in 0..<picture.width {
          #expect(picture[x, 0][1] == 0, "\(picture[x, 0]) at \(x) of \(made.width)")
        }
      }
    }
  }

  @Test func `all fail when the picture is broken`() {
    let cut = Array(Self.pictures[0].dropLast(Self.pictures[0].count / 2))
    #expect(throws: ThumbnailError.self) {
      try Thumbnailer(options: Self.options(["200x200", "60x60"])).thumbnails(of: cut)
    }
  }

  @Test func `come from the smallest that is twice as fine, else from the decoded rows`() {
    let size = PixelSize(width: 4000, height: 3000)
    let framing = Framing(fit: .contain, gravity: .center, enlarge: false)
    let sizes = ["256", "1024", "512", "768", "75", "256"]
    let plan = RenderPlan(Self.frames(sizes, of: size, framing))
    #expect(plan.steps.map(\.frame.target.width) == [1024, 768, 512, 256, 75])
    #expect(plan.steps.map(\.source) == [.rows, .rows, .step(0), .step(2), .step(3)])
    #expect(plan.stepOfFrame == [3, 0, 2, 1, 4, 3])
  }

  @Test func `of other parts of the picture aren't made from what lacks them`() {
    let size = PixelSize(width: 4000, height: 3000)
    let framing = Framing(fit: .cover, gravity: .center, enlarge: false)
    let plan = RenderPlan(
      Self.frames(["800x800", "300x300", "400x300", "100x300"], of: size, framing))
    #expect(plan.steps.map(\.source) == [.rows, .rows, .step(0), .step(0)])
  }

  @Test func `of the same shape share one part, to rounding`() {
    let size = PixelSize(width: 1001, height: 667)
    let framing = Framing(fit: .cover, gravity: .southeast, enlarge: false)
    let plan = RenderPlan(Self.frames(["512x384", "256x192", "64x48"], of: size, framing))
    #expect(plan.steps.map(\.source) == [.rows, .step(0), .step(1)])
  }
}
