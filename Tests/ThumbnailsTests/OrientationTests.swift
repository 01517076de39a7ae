import Testing

@testable import Thumbnails

@Suite("Orientation")
struct OrientationTests {
  /// An upright picture: nothing in it is symmetrical.
  static let upright = Raster(width: 48, height: 32) { x, y in
    [UInt8(4 * x), UInt8(7 * y), y < 16 ? 30 : 220]
  }

  /// How a camera stores `upright`, from EXIF 2.3's description of where row 0 and column 0 lie.
  static func stored(_ orientation: Int) -> Raster {
    let (w, h) = (upright.width, upright.height)
    let swaps = orientation >= 5
    return Raster(width: swaps ? h : w, height: swaps ? w : h) { x, y in
      switch orientation {
      case 2: upright[w - 1 - x, y]  // row 0 top, column 0 right
      case 3: upright[w - 1 - x, h - 1 - y]  // bottom, right
      case 4: upright[x, h - 1 - y]  // bottom, left
      case 5: upright[y, x]  // row 0 left, column 0 top
      case 6: upright[w - 1 - y, x]  // right, top
      case 7: upright[w - 1 - y, h - 1 - x]  // right, bottom
      case 8: upright[y, h - 1 - x]  // left, bottom
      default: upright[x, y]
      }
    }
  }

  /// The way back: where the upright picture's pixels lie in a stored one of this size.
  static func uprighted(_ stored: Raster, from orientation: Int) -> Raster {
    let (right, bottom) = (stored.width - 1, stored.height - 1)
    let swaps = orientation >= 5
    return Raster(
      width: swaps ? stored.height : stored.width, height: swaps ? stored.width : stored.height
    ) { x, y in
      switch orientation {
      case 2: stored[right - x, y]
      case 3: stored[right - x, bottom - y]
      case 4: stored[x, bottom - y]
      case 5: stored[y, x]
      case 6: stored[y, bottom - x]
      case 7: stored[right - y, bottom - x]
      case 8: stored[right - y, x]
      default: stored[x, y]
      }
    }
  }

  @Test("has its way back", arguments: 1...8)
  func uprightedUndoesStored(orientation: Int) {
    #expect(Self.uprighted(Self.stored(orientation), from: orientation) == Self.upright)
  }

  static func exif(_ orientation: Int, littleEndian: Bool = true) -> [UInt8] {
    littleEndian
      ? [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0]
        + [UInt8(orientation), 0, 0, 0, 0, 0, 0, 0]
      : [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1]
        + [0, UInt8(orientation), 0, 0, 0, 0, 0, 0]
  }

  @Test("in a PNG is applied exactly", arguments: 1...8, [true, false])
  func pngStandsUpright(orientation: Int, littleEndian: Bool) throws {
    let picture = Self.stored(orientation)
    let fixture = PNGFixture(
      width: picture.width, height: picture.height,
      exif: Self.exif(orientation, littleEndian: littleEndian)
    ) { x, y in picture[x, y].prefix(3).map(Int.init) }
    let result = try thumbnail(fixture.encoded(), .wholeAsPNG())
    #expect(try Raster(decoding: result.bytes) == Self.upright)
    #expect(result.source.orientation == orientation)
    #expect(result.source.width == 48 && result.source.height == 32)
  }

  @Test("in a JPEG is applied", arguments: 1...8, [true, false])
  func jpegStandsUpright(orientation: Int, littleEndian: Bool) throws {
    let picture = Self.stored(orientation)
    let fixture = JPEGFixture(
      width: picture.width, height: picture.height, quality: 98,
      exif: Self.exif(orientation, littleEndian: littleEndian),
      pixel: { x, y in Array(picture[x, y].prefix(3)) })
    let result = try thumbnail(fixture.encoded(), .wholeAsPNG())
    #expect(try Raster(decoding: result.bytes).meanDifference(from: Self.upright) < 2)
  }

  @Test("comes before the box", arguments: [1, 6])
  func boxAppliesToUprightPicture(orientation: Int) throws {
    let picture = Self.stored(orientation)
    let fixture = JPEGFixture(
      width: picture.width, height: picture.height, exif: Self.exif(orientation),
      pixel: { x, y in Array(picture[x, y].prefix(3)) })
    let result = try thumbnail(
      fixture.encoded(), ThumbnailOptions(size: ThumbnailSize("24x1000")!))
    #expect(result.width == 24 && result.height == 16)
  }

  @Test("that makes no sense is ignored", arguments: [0, 9, 255])
  func nonsenseIsIgnored(orientation: Int) throws {
    let bytes = JPEGFixture(exif: Self.exif(orientation)).encoded()
    let result = try thumbnail(bytes, .wholeAsPNG())
    #expect(result.source.orientation == 1)
    #expect(result.width == 96)
  }

  @Test("in an eXIf chunk with a wrong checksum is ignored")
  func damagedChunkIsIgnored() throws {
    let fixture = PNGFixture(exif: Self.exif(6)) { x, y in [x, y, 0] }
    var bytes = fixture.encoded()
    let type = try #require(bytes.firstRange(of: Array("eXIf".utf8)))
    bytes[type.upperBound + 20] ^= 1
    let result = try thumbnail(bytes, .wholeAsPNG())
    #expect(result.source.orientation == 1)
    #expect(result.warnings == 1)
  }

  @Test("is read from the first EXIF block that has one")
  func laterBlocksCount() throws {
    var bytes = JPEGFixture(exif: Array("II*\0garbage".utf8)).encoded()
    let block = Array("Exif\0\0".utf8) + Self.exif(8)
    let segment = [0xFF, 0xE1, 0, UInt8(block.count + 2)] + block
    bytes.insert(
      contentsOf: segment, at: try #require(bytes.firstRange(of: [0xFF, 0xDB])).lowerBound)
    #expect(try thumbnail(bytes, .wholeAsPNG()).source.orientation == 8)
  }
}

@Suite("EXIF parser")
struct ExifTests {
  private func parsed(_ bytes: [UInt8]) -> Orientation? {
    bytes.withUnsafeBytes { Orientation(exif: $0) }
  }

  @Test("reads nothing from a block cut anywhere before the value", arguments: [true, false])
  func cutBlocksGiveNothing(littleEndian: Bool) {
    let whole = OrientationTests.exif(6, littleEndian: littleEndian)
    for length in 0..<20 { #expect(parsed(Array(whole.prefix(length))) == nil, "\(length)") }
    #expect(parsed(whole) == .clockwise)
  }

  @Test(
    "survives directories that lie beyond the end",
    arguments: [26, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF])
  func distantDirectoriesGiveNothing(offset: UInt32) {
    var block = OrientationTests.exif(6)
    for index in 0..<4 { block[4 + index] = UInt8(truncatingIfNeeded: offset >> (8 * index)) }
    #expect(parsed(block) == nil)
  }

  @Test("reads LONG and BYTE as well, and no other type", arguments: 0...13)
  func typesAreTold(type: UInt8) {
    var block = OrientationTests.exif(3)
    block[12] = type
    #expect(parsed(block) == ([1, 3, 4].contains(type) ? .upsideDown : nil))
  }

  @Test("takes any bytes", arguments: UInt64(0)..<200)
  func anyBytes(seed: UInt64) {
    var random = SeededRandom(seed)
    let header: [UInt8] = seed % 2 == 0 ? [0x49, 0x49, 42, 0] : [0x4D, 0x4D, 0, 42]
    for _ in 0..<50 {
      let block = header + random.bytes(Int.random(in: 0...64, using: &random))
      // A small offset, so that the directory is read as well.
      var near = block
      if near.count > 8 {
        near.replaceSubrange(4..<8, with: seed % 2 == 0 ? [8, 0, 0, 0] : [0, 0, 0, 8])
      }
      for bytes in [block, near] {
        let orientation = parsed(bytes)
        #expect(orientation == nil || (1...8).contains(orientation!.rawValue))
      }
    }
  }
}
