import Testing

@testable import Thumbnails

@Suite("Framing")
struct FramingTests {
  static func frame(
    _ width: Int, _ height: Int, _ box: String, _ fit: ThumbnailFit,
    _ gravity: ThumbnailGravity = .center, enlarge: Bool = false
  ) -> Frame {
    Framing(fit: fit, gravity: gravity, enlarge: enlarge)
      .frame(for: PixelSize(width: width, height: height), box: ThumbnailSize(box)!)
  }

  @Test(arguments: [
    (300, 200, "150x150", 150, 100), (300, 200, "600x600", 600, 400), (1, 1, "256x256", 256, 256),
    (1, 20_000, "256x256", 1, 256), (20_000, 1, "256x256", 256, 1), (3, 2, "100x", 100, 67),
    (3, 2, "x100", 150, 100), (1, 20_000, "256x", 3, 65_500), (5, 7, "64x1", 1, 1),
  ])
  func `contain with enlarging fills the box in one direction`(
    width: Int, height: Int, box: String, expectedWidth: Int, expectedHeight: Int
  ) {
    let frame = Self.frame(width, height, box, .contain, enlarge: true)
    #expect(frame.target == PixelSize(width: expectedWidth, height: expectedHeight))
    #expect(frame.region == Region(whole: PixelSize(width: width, height: height)))
  }

  @Test(arguments: [
    (300, 200, "100x20", false, 100, 20), (300, 200, "400x20", false, 300, 20),
    (300, 200, "400x500", false, 300, 200), (300, 200, "400x500", true, 400, 500),
    (1, 20_000, "50x50", false, 1, 50), (1, 1, "50x50", true, 50, 50),
  ])
  func `exact takes the box, and without enlarging no side longer than the picture's`(
    width: Int, height: Int, box: String, enlarge: Bool, expectedWidth: Int, expectedHeight: Int
  ) {
    let frame = Self.frame(width, height, box, .exact, enlarge: enlarge)
    #expect(frame.target == PixelSize(width: expectedWidth, height: expectedHeight))
    #expect(frame.region == Region(whole: PixelSize(width: width, height: height)))
  }

  @Test(arguments: [
    // The picture is wider than the box, then narrower, then of the same shape.
    (300, 200, "100x100", Region(x: 50, y: 0, width: 200, height: 200)),
    (200, 300, "100x100", Region(x: 0, y: 50, width: 200, height: 200)),
    (300, 200, "30x20", Region(x: 0, y: 0, width: 300, height: 200)),
    (300, 200, "90x40", Region(x: 0, y: 100 - 200.0 / 3, width: 300, height: 400.0 / 3)),
  ])
  func `cover takes the largest part of the box's shape from the middle`(
    width: Int, height: Int, box: String, region: Region
  ) throws {
    let frame = Self.frame(width, height, box, .cover)
    let size = try #require(ThumbnailSize(box))
    #expect(frame.target == PixelSize(width: size.width!, height: size.height!))
    #expect(frame.region.contains(region) && region.contains(frame.region))
    #expect(frame.window == nil)
  }

  @Test(arguments: [
    (300, 200, "1000x1000", 200, 200), (300, 200, "1000x10", 300, 3), (100, 50, "60x60", 50, 50),
    (1, 20_000, "256x256", 1, 1), (20_000, 1, "16x9", 2, 1), (1, 1, "640x480", 1, 1),
    (30, 20, "640x480", 27, 20),
  ])
  func `cover of a picture that is too small cuts it pixel for pixel`(
    width: Int, height: Int, box: String, expectedWidth: Int, expectedHeight: Int
  ) {
    for gravity in ThumbnailGravity.allCases where gravity != .smart {
      let frame = Self.frame(width, height, box, .cover, gravity)
      #expect(frame.target == PixelSize(width: expectedWidth, height: expectedHeight))
      #expect(frame.region.width == Double(expectedWidth))
      #expect(frame.region.height == Double(expectedHeight))
      #expect(frame.region.x == frame.region.x.rounded() && frame.region.x >= 0)
      #expect(frame.region.y == frame.region.y.rounded() && frame.region.y >= 0)
    }
    let smart = Self.frame(width, height, box, .cover, .smart)
    #expect(smart.finalSize == PixelSize(width: expectedWidth, height: expectedHeight))
    #expect(smart.target == PixelSize(width: width, height: height))
  }

  @Test func `a smart cover sees the whole picture, and enlarges only what it cuts out`() {
    let scaled = Self.frame(300, 200, "50x50", .cover, .smart)
    #expect(scaled.target == PixelSize(width: 75, height: 50))
    #expect(scaled.window?.extent == Extent(width: 50, height: 50))
    #expect(scaled.finalSize == PixelSize(width: 50, height: 50))
    let enlarged = Self.frame(1, 20_000, "256x256", .cover, .smart, enlarge: true)
    #expect(enlarged.target == PixelSize(width: 1, height: 20_000))
    #expect(enlarged.window?.extent == Extent(width: 1, height: 1))
    #expect(enlarged.finalSize == PixelSize(width: 256, height: 256))
  }

  @Test(arguments: UInt64(0)..<40)
  func `no frame leaves the picture, and without enlarging none is finer than it`(seed: UInt64) {
    var random = SeededRandom(seed)
    let size = PixelSize(
      width: Int.random(in: 1...3_000, using: &random),
      height: Int.random(in: 1...3_000, using: &random))
    let box =
      "\(Int.random(in: 1...2_000, using: &random))x\(Int.random(in: 1...2_000, using: &random))"
    for fit in ThumbnailFit.allCases {
      for gravity in ThumbnailGravity.allCases {
        for enlarge in [false, true] {
          let frame = Self.frame(size.width, size.height, box, fit, gravity, enlarge: enlarge)
          #expect(Region(whole: size).contains(frame.region))
          if enlarge && fit != .contain { #expect("\(frame.finalSize)" == "\(asked(box))") }
          guard !enlarge else { continue }
          #expect(Double(frame.target.width) <= frame.region.width.rounded(.up))
          #expect(Double(frame.target.height) <= frame.region.height.rounded(.up))
        }
      }
    }
  }

  private func asked(_ box: String) -> PixelSize {
    let size = ThumbnailSize(box)!
    return PixelSize(width: size.width!, height: size.height!)
  }
}

@Suite("Region")
struct RegionTests {
  @Test(arguments: Orientation.allCases)
  func `of the upright picture is found in the stored one`(orientation: Orientation) {
    let stored = PixelSize(width: 7, height: 5)
    let upright = orientation.stored(stored)
    let region = Region(x: 1, y: 2, width: 3, height: 2)
    let expected = (2..<4).flatMap { y in
      (1..<4).map { x in orientation.storedPosition(x: x, y: y, stored: stored) }
    }
    let found = region.stored(in: stored, orientation: orientation)
    #expect(Region(whole: upright).contains(region))
    #expect(found.x == Double(expected.map(\.x).min()!))
    #expect(found.y == Double(expected.map(\.y).min()!))
    #expect(found.x + found.width == Double(expected.map(\.x).max()! + 1))
    #expect(found.y + found.height == Double(expected.map(\.y).max()! + 1))
  }
}
