import Testing

@testable import Thumbnails

@Suite("Smart gravity")
struct SmartCropTests {
  /// A patch of checks on a plain sky.
  static func patch(left: Int, top: Int, stored orientation: Int = 1) -> [UInt8] {
    let upright = Raster(width: 240, height: 80) { x, y in
      let inside = (left..<left + 40).contains(x) && (top..<top + 40).contains(y)
      guard inside else { return [90, 130, 190] }
      return (x / 4 + y / 4) % 2 == 0 ? [240, 60, 20] : [20, 20, 20]
    }
    let inverse = Orientation(rawValue: [1, 2, 3, 4, 5, 8, 7, 6][orientation - 1])!
    let picture = upright.turned(from: inverse)
    return PNGFixture(
      width: picture.width, height: picture.height, exif: OrientationTests.exif(orientation)
    ) { x, y in picture[x, y].prefix(3).map(Int.init) }.encoded()
  }

  static func made(_ bytes: [UInt8], _ box: String, enlarge: Bool = false) throws -> Raster {
    let options = ThumbnailOptions(
      size: ThumbnailSize(box)!, fit: .cover, gravity: .smart, enlarge: enlarge, format: .png)
    return try Raster(decoding: thumbnail(bytes, options).bytes)
  }

  /// How many pixels are unlike the sky.
  static func things(in picture: Raster) -> Int {
    (0..<picture.height).reduce(0) { count, y in
      count + (0..<picture.width).count { abs(Int(picture[$0, y][2]) - 190) > 60 }
    }
  }

  @Test(arguments: [0, 100, 170], 1...8)
  func `finds the only thing in a flat picture, whatever the orientation`(
    left: Int, orientation: Int
  ) throws {
    let bytes = Self.patch(left: left, top: 20, stored: orientation)
    // Pixel for pixel: all 1600 pixels of the patch are kept.
    let large = try Self.made(bytes, "400x400")
    #expect(Self.things(in: large) == 1600)
    // At half the size a quarter, but for the patch's edges.
    let small = try Self.made(bytes, "40x40")
    #expect(abs(Self.things(in: small) - 400) <= 80)
  }

  @Test func `looks up and down in a high picture`() throws {
    let high = PNGFixture(width: 60, height: 200) { x, y in
      y >= 150 && y < 190 && x >= 10 && x < 50 ? [255 * ((x + y) % 2), 40, 40] : [90, 130, 190]
    }
    let picture = try Self.made(high.encoded(), "300x300")
    #expect(Self.things(in: picture) == 1600)
  }

  @Test func `cuts by whole pixels: nothing is blurred twice`() throws {
    let bytes = Self.patch(left: 170, top: 20)
    let whole = try Raster(
      decoding: thumbnail(bytes, ThumbnailOptions(size: ThumbnailSize("120x40")!, format: .png))
        .bytes)
    let part = try Self.made(bytes, "40x40")
    let places = (0...80).map { FitTests.part(of: whole, $0, 0, 40, 40) }
    #expect(places.contains(part))
  }

  @Test func `keeps the middle of a picture with nothing to see`() throws {
    let ramp = PNGFixture(width: 300, height: 100) { x, _ in [x / 3, x / 3, x / 3] }
    let part = try Self.made(ramp.encoded(), "300x300")
    #expect(abs(Int(part[0, 50][0]) - 33) <= 1)
  }

  @Test func `enlarges what it found`() throws {
    let picture = try Self.made(Self.patch(left: 200, top: 20), "160x160", enlarge: true)
    #expect(picture.width == 160 && picture.height == 160)
    #expect(abs(Self.things(in: picture) - 6400) < 700)
  }

  @Test func `shows the same part in every size`() throws {
    var options = ThumbnailOptions(
      size: ThumbnailSize("60x60")!, fit: .cover, gravity: .smart, format: .png)
    options.sizes.append(ThumbnailSize("20x20")!)
    let bytes = Self.patch(left: 130, top: 10)
    let both = try Thumbnailer(options: options).thumbnails(of: bytes)
    let (large, small) = (try Raster(decoding: both[0].bytes), try Raster(decoding: both[1].bytes))
    let expected = Raster(width: 20, height: 20) { x, y in
      Pattern.mean(3 * x..<3 * x + 3, 3 * y..<3 * y + 3) { Array(large[$0, $1].prefix(3)) }
    }
    #expect(small.meanDifference(from: expected) < 6)
  }

  @Test func `scores edges, skin and rare colours above a plain ground`() {
    var canvas = Canvas(
      size: PixelSize(width: 64, height: 8), isGrey: false, finish: .opaque)
    for y in 0..<8 {
      let row = (0..<64).flatMap { x -> [Int16] in
        let colour: [Int16] =
          switch x {
          case 10..<14: [200, 146, 112]  // skin
          case 30..<34: [255, 0, 200]
          case 50..<54: (x + y) % 2 == 0 ? [30, 30, 30] : [220, 220, 220]
          default: [120, 125, 130]
          }
        return colour.map { $0 << 6 } + [Int16(255) << 6]
      }
      row.withUnsafeBufferPointer { canvas.append($0) }
    }
    let scores = Saliency(of: canvas).scores[(4 * 64)..<(5 * 64)]
    let row = Array(scores)
    #expect(row[2] == 0 && row[22] == 0 && row[42] == 0)
    #expect(row[12] > 20)
    #expect(row[32] > 20)
    #expect(row[52] > 20)
    #expect(row.allSatisfy { (0...Saliency.highest).contains($0) })
  }
}
