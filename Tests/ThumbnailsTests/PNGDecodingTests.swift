import Testing

@testable import Thumbnails

@Suite("Every kind of PNG")
struct PNGDecodingTests {
  static let fixtures: [PNGFixture] = PNGFixture.ColourType.allCases.flatMap { type in
    type.depths.flatMap { depth in
      [false, true].map { interlaced in
        let largest = (1 << depth) - 1
        var fixture = PNGFixture(colourType: type, depth: depth, interlaced: interlaced) { x, y in
          (0..<type.channels).map { (x * 7 + y * 13 + $0 * 29) * 257 & largest }
        }
        if type == .palette { fixture.palette = palette(depth) }
        return fixture
      }
    }
  }

  static func palette(_ depth: Int) -> [[UInt8]] {
    (0..<(1 << depth)).map { (index: Int) -> [UInt8] in
      [index * 37, 255 - index, index * 91].map { UInt8($0 & 255) }
    }
  }

  /// What a fixture's pixel must look like in 8 bits.
  static func expected(_ fixture: PNGFixture) -> Raster {
    let largest = (1 << fixture.depth) - 1
    return Raster(width: fixture.width, height: fixture.height) { x, y in
      let samples = fixture.pixel(x, y)
      let bytes = samples.map { UInt8(($0 * 255 + largest / 2) / largest) }
      let isTransparent = fixture.transparentColour.map { $0.map(Int.init) == samples } ?? false
      let alpha: UInt8 = isTransparent ? 0 : 255
      let pixel: [UInt8]
      switch fixture.colourType {
      case .grey: pixel = [bytes[0], bytes[0], bytes[0], alpha]
      case .rgb: pixel = bytes + [alpha]
      case .greyAlpha: pixel = [bytes[0], bytes[0], bytes[0], bytes[1]]
      case .rgba: pixel = bytes
      case .palette:
        let index = samples[0]
        let entry = index < fixture.paletteAlpha.count ? fixture.paletteAlpha[index] : 255
        pixel = fixture.palette[index] + [entry]
      }
      return pixel[3] == 0 ? [0, 0, 0, 0] : pixel
    }
  }

  @Test("comes out as it went in", arguments: fixtures)
  func pixelsAreKept(_ fixture: PNGFixture) throws {
    let result = try thumbnail(fixture.encoded(), .wholeAsPNG())
    let decoded = try Raster(decoding: result.bytes)
    let expected = Self.expected(fixture)
    #expect(decoded.width == fixture.width && decoded.height == fixture.height)
    for y in 0..<fixture.height {
      for x in 0..<fixture.width {
        // Six bits below the eighth are kept: a colour under an alpha of a is right to 255 / 64a and rounding.
        let alpha = max(1, Int(expected[x, y][3]))
        let tolerance = alpha == 255 ? 0 : 1 + 4 / alpha
        let differs = zip(decoded[x, y], expected[x, y])
          .contains { abs(Int($0) - Int($1)) > tolerance }
        if differs {
          Issue.record("\(decoded[x, y]) instead of \(expected[x, y]) at \(x), \(y)")
          return
        }
      }
    }
    #expect(result.source.isProgressive == fixture.interlaced)
    #expect(result.warnings == 0)
  }

  static let transparent: [PNGFixture] = [false, true].flatMap { interlaced in
    [
      PNGFixture(
        colourType: .grey, depth: 2, interlaced: interlaced, transparentColour: [2],
        pixel: { x, y in [(x + y) % 4] }),
      PNGFixture(
        colourType: .grey, depth: 8, interlaced: interlaced, transparentColour: [7],
        pixel: { x, y in [(x + y) % 16] }),
      PNGFixture(
        colourType: .grey, depth: 16, interlaced: interlaced, transparentColour: [7 * 257],
        pixel: { x, y in [(x + y) % 16 * 257] }),
      PNGFixture(
        colourType: .rgb, depth: 8, interlaced: interlaced, transparentColour: [3, 2, 1],
        pixel: { x, _ in x % 2 == 0 ? [3, 2, 1] : [3, 2, 2] }),
      PNGFixture(
        colourType: .rgb, depth: 16, interlaced: interlaced, transparentColour: [771, 514, 257],
        pixel: { x, _ in x % 2 == 0 ? [771, 514, 257] : [771, 514, 514] }),
      PNGFixture(
        colourType: .palette, depth: 4, interlaced: interlaced, palette: palette(4),
        paletteAlpha: [255, 0, 255, 255, 0], pixel: { x, y in [(x + 3 * y) % 16] }),
    ]
  }

  @Test("has the pixels of its tRNS chunk transparent", arguments: transparent)
  func transparentColourIsTransparent(_ fixture: PNGFixture) throws {
    let result = try thumbnail(fixture.encoded(), .wholeAsPNG())
    #expect(try Raster(decoding: result.bytes) == Self.expected(fixture))
  }

  @Test("gives the same thumbnail interlaced and not", arguments: fixtures.filter(\.interlaced))
  func interlacingChangesNothing(_ fixture: PNGFixture) throws {
    var plain = fixture
    plain.interlaced = false
    let options = ThumbnailOptions(size: ThumbnailSize("16")!, format: .png)
    let bytes = try thumbnail(fixture.encoded(), options).bytes
    #expect(try bytes == thumbnail(plain.encoded(), options).bytes)
  }

  @Test("of 16 bits keeps them until it has been resized")
  func sixteenBitsAreKept() throws {
    // Three pixels of 100.45 and one of 100.9 in 8-bit terms: 100.56 on average, so 101. Cut to 8 bits before
    // the resize they would be 100, 100, 100 and 101 (or 100): 100.25 at most, so 100.
    let fixture = PNGFixture(width: 64, height: 64, colourType: .grey, depth: 16) { x, y in
      [x % 2 == 0 && y % 2 == 0 ? 25_931 : 25_816]
    }
    let options = ThumbnailOptions(size: ThumbnailSize("16")!, format: .png)
    let small = try Raster(decoding: thumbnail(fixture.encoded(), options).bytes)
    #expect(small == Raster(width: 16, height: 16) { _, _ in [101, 101, 101] })
  }
}
