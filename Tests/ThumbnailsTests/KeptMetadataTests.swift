import Testing

@testable import Thumbnails

@Suite("Kept metadata")
struct KeptMetadataTests {
  static let preview = JPEGFixture(width: 40, height: 30).encoded()

  static func fixture(_ littleEndian: Bool, padding: [UInt8] = []) -> ExifFixture {
    ExifFixture(littleEndian: littleEndian, preview: preview, padding: padding)
  }

  /// A thumbnail of 48 by 72 pixels, and its EXIF block.
  static func made(
    _ exif: [UInt8], _ keep: Set<KeptMetadata>, _ format: ThumbnailFormat, png: Bool = false
  ) throws -> (file: [UInt8], exif: [UInt8]?) {
    var options = ThumbnailOptions(size: ThumbnailSize("72")!, format: format)
    options.keep = keep
    options.tag = ThumbnailTag("a tag")
    let source =
      png
      ? PNGFixture(width: 144, height: 96, exif: exif) { x, y in [x, y, 0] }.encoded()
      : JPEGFixture(width: 144, height: 96, exif: exif).encoded()
    let result = try thumbnail(source, options)
    #expect(result.width == 48 && result.height == 72)
    let block = result.bytes.withUnsafeBytes {
      ExifBlock.find(in: $0, format: SourceInfo.Format(rawValue: result.format.rawValue)!)
        .map(Array.init)
    }
    #expect(ThumbnailTag.read(fromHead: result.bytes)?.text == "a tag")
    return (result.bytes, block)
  }

  static func number(_ tag: TIFFReader.Tag, of exif: [UInt8], sub: Bool = false) -> Int? {
    exif.withUnsafeBytes { raw in
      guard let tiff = TIFFReader(raw), var directory = tiff.firstDirectory else { return nil }
      if sub {
        guard let below = tiff.entry(.exifDirectory, inDirectoryAt: directory).flatMap(tiff.number)
        else { return nil }
        directory = below
      }
      return tiff.entry(tag, inDirectoryAt: directory).flatMap(tiff.number)
    }
  }

  @Test(arguments: [Set<KeptMetadata>(), [.gps]])
  func `is nothing by default, nor the place by itself`(keep: Set<KeptMetadata>) throws {
    let (file, exif) = try Self.made(Self.fixture(true).encoded(), keep, .jpeg)
    #expect(exif == nil)
    #expect(!file.contains(ExifFixture.maker) && !file.contains(ExifFixture.place))
  }

  @Test(arguments: [true, false], ThumbnailFormat.allCases.filter(\.isSupported))
  func `as EXIF is the camera's, without orientation, preview and place`(
    littleEndian: Bool, format: ThumbnailFormat
  ) throws {
    for png in [false, true] {
      let source = Self.fixture(littleEndian).encoded()
      let exif = try #require(try Self.made(source, [.exif], format, png: png).exif)
      #expect(Self.number(.orientation, of: exif) == 1)
      #expect(Self.number(.pixelWidth, of: exif, sub: true) == 48)
      #expect(Self.number(.pixelHeight, of: exif, sub: true) == 72)
      #expect(Self.number(.gpsDirectory, of: exif) == nil)
      #expect(exif.contains(ExifFixture.maker) && !exif.contains(ExifFixture.place))
      // The notes lie where they lay, for what in them points into the block.
      #expect(exif.ranges(of: ExifFixture.notes) == source.ranges(of: ExifFixture.notes))
      #expect(exif.count == source.count - Self.preview.count)
    }
  }

  @Test func `as EXIF has no preview even where something follows that`() throws {
    let preview = Self.preview + ExifFixture.notes
    var fixture = Self.fixture(false)
    fixture.preview = preview
    var source = fixture.encoded()
    // The preview is shorter than what is there.
    let length = [0, 0] + [UInt8(preview.count >> 8), UInt8(preview.count & 255)]
    let shorter = [0, 0] + [UInt8(Self.preview.count >> 8), UInt8(Self.preview.count & 255)]
    source.replaceSubrange(try #require(source.firstRange(of: length)), with: shorter)
    let exif = try #require(try Self.made(source, [.exif], .jpeg).exif)
    #expect(exif.count == source.count)
    #expect(exif.ranges(of: Self.preview.prefix(20)).isEmpty)
    #expect(exif.ranges(of: ExifFixture.notes).count == 2)
  }

  @Test func `has the place when both are asked for`() throws {
    let exif = try #require(
      try Self.made(Self.fixture(true).encoded(), [.exif, .gps], .jpeg).exif)
    #expect(exif.contains(ExifFixture.place))
    #expect(Self.number(.gpsDirectory, of: exif) != nil)
    #expect(Self.number(.orientation, of: exif) == 1)
  }

  @Test(arguments: [true, false])
  func `as copyright is artist and notice alone`(littleEndian: Bool) throws {
    var fixture = Self.fixture(littleEndian)
    let exif = try #require(try Self.made(fixture.encoded(), [.copyright], .png).exif)
    #expect(exif.contains("A. Photographer\0(c) 2026 A. Photographer\0"))
    #expect(!exif.contains(ExifFixture.maker) && !exif.contains(ExifFixture.place))
    fixture.artist = nil
    fixture.copyright = "me"
    let short = try #require(try Self.made(fixture.encoded(), [.copyright], .jpeg).exif)
    #expect(short.contains("me\0") && short.count == 8 + 2 + 12 + 4)
    fixture.copyright = "  "
    #expect(try Self.made(fixture.encoded(), [.copyright], .jpeg).exif == nil)
  }

  @Test func `of a picture without any is none`() throws {
    var options = ThumbnailOptions(size: ThumbnailSize("40")!)
    options.keep = Set(KeptMetadata.allCases)
    let bytes = try thumbnail(JPEGFixture().encoded(), options).bytes
    #expect(!bytes.contains("Exif"))
  }

  @Test func `is left out when a JPEG can't hold it`() throws {
    let large = Self.fixture(true, padding: Array(repeating: 1, count: 66_000)).encoded()
    #expect(try Self.made(large, [.exif], .png, png: true).exif == nil)
    let fits = Self.fixture(true, padding: Array(repeating: 1, count: 60_000)).encoded()
    #expect(try Self.made(fits, [.exif], .jpeg, png: true).exif != nil)
  }

  @Test func `goes with a preview that claims the directory of the camera's settings`() {
    let long: (UInt16, UInt32) -> [UInt8] = { tag, value in
      let bytes = { (number: UInt32) in
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
      }
      return [UInt8(truncatingIfNeeded: tag), UInt8(tag >> 8), 4, 0] + bytes(1) + bytes(value)
    }
    let none: [UInt8] = [0, 0, 0, 0]
    var block = Array("II*\0".utf8) + [8, 0, 0, 0]
    // At 8, pointing to 56 and 26; at 26, claiming what comes after it; at 56, the settings.
    block += [1, 0] + long(TIFFReader.Tag.exifDirectory.rawValue, 56) + [26, 0, 0, 0]
    block += [2, 0] + long(TIFFReader.Tag.thumbnailOffset.rawValue, 56)
    block += long(TIFFReader.Tag.thumbnailLength.rawValue, 18) + none
    block += [1, 0] + long(TIFFReader.Tag.pixelWidth.rawValue, 4000) + none
    let size = PixelSize(width: 256, height: 171)
    let copy = block.withUnsafeBytes { ExifCopy(of: $0, size: size, keepsPlace: true)?.bytes }
    #expect(copy?.count == 56)
    #expect(copy?[26...].allSatisfy { $0 == 0 } == true)
  }

  @Test func `is none when directories overlap so that a second one comes back`() {
    // The EXIF directory lies over the first one's only entry, which points to it, in such a way that its width
    // is where the first directory says where the next is.
    let block: [UInt8] =
      Array("II*\0".utf8) + [8, 0, 0, 0, 1, 0]
      + [0x69, 0x87, 4, 0, 0x02, 0xA0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0]
    let size = PixelSize(width: 256, height: 171)
    block.withUnsafeBytes { #expect(ExifCopy(of: $0, size: size, keepsPlace: true) == nil) }
  }

  @Test(arguments: UInt64(0)..<60)
  func `survives any bytes, and never brings the orientation back`(seed: UInt64) {
    var random = SeededRandom(seed)
    let whole = Self.fixture(seed % 2 == 0).encoded()
    for _ in 0..<40 {
      var block = Array(whole.prefix(Int.random(in: 0...whole.count, using: &random)))
      for _ in 0..<Int.random(in: 0...6, using: &random) where !block.isEmpty {
        let place = Int.random(in: 0..<min(block.count, 220), using: &random)
        block[place] = random.bytes(1)[0] & (Bool.random(using: &random) ? 255 : 7)
      }
      block.withUnsafeBytes { raw in
        let size = PixelSize(width: 3, height: 2)
        if let copy = ExifCopy(of: raw, size: size, keepsPlace: false) {
          #expect(copy.bytes.count <= block.count)
          let orientation = copy.bytes.withUnsafeBytes { Orientation(exif: $0) }
          #expect(orientation == nil || orientation == .upright)
          #expect(Self.number(.gpsDirectory, of: copy.bytes) == nil)
        }
        if let notice = CopyrightExif.bytes(from: raw) {
          #expect(notice.withUnsafeBytes { TIFFReader($0) != nil } && notice.count < 20_000)
        }
      }
    }
  }
}
