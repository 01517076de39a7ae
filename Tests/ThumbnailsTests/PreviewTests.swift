import Testing

@testable import Thumbnails

@Suite("Embedded previews")
struct PreviewTests {
  static let blue: @Sendable (Int, Int) -> [UInt8] = { _, _ in [20, 30, 200] }
  static let green: @Sendable (Int, Int) -> [UInt8] = { _, _ in [20, 200, 30] }
  static let red: @Sendable (Int, Int) -> [UInt8] = { _, _ in [200, 30, 20] }

  static func jpeg(
    _ width: Int, _ height: Int, _ pixel: @escaping @Sendable (Int, Int) -> [UInt8]
  ) -> [UInt8] {
    JPEGFixture(width: width, height: height, pixel: pixel).encoded()
  }

  /// A red picture of 320 by 240 with a preview in its EXIF block.
  static func picture(preview: [UInt8]?, orientation: Int = 1) -> [UInt8] {
    JPEGFixture(
      width: 320, height: 240,
      exif: ExifFixture(orientation: orientation, preview: preview).encoded(), pixel: red
    ).encoded()
  }

  /// The same with a multi-picture index and the pictures that it lists.
  static func multiPicture(
    _ previews: [(attributes: Int, jpeg: [UInt8])], exifPreview: [UInt8]? = nil
  ) -> [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let base = picture(preview: exifPreview)
    let count = previews.count + 1
    let directory: [UInt8] =
      number(2, 2)
      + number(0xB001, 2) + number(4, 2) + number(1, 4) + number(count, 4)
      + number(0xB002, 2) + number(7, 2) + number(16 * count, 4) + number(38, 4) + number(0, 4)
    let indexLength = 8 + directory.count + 16 * count
    let segmentLength = 2 + 4 + indexLength
    let insertion = 2
    // The index's own beginning in the file, from which positions count.
    let start = insertion + 4 + 4
    var position = base.count + 2 + segmentLength - start
    var entries = number(0x03_0000, 4) + number(base.count + 2 + segmentLength, 4) + number(0, 8)
    for (attributes, jpeg) in previews {
      entries += number(attributes, 4) + number(jpeg.count, 4) + number(position, 4) + number(0, 4)
      position += jpeg.count
    }
    let index = Array("II*\0".utf8) + number(8, 4) + directory + entries
    let segment: [UInt8] =
      [0xFF, 0xE2, UInt8(segmentLength >> 8), UInt8(segmentLength & 255)]
      + Array("MPF\0".utf8) + index
    return Array(base[..<insertion]) + segment + Array(base[insertion...])
      + previews.flatMap(\.jpeg)
  }

  static func made(
    _ bytes: [UInt8], _ sizes: [String], _ change: (inout ThumbnailOptions) -> Void = { _ in }
  ) throws -> [Thumbnail] {
    var options = ThumbnailOptions(size: ThumbnailSize(sizes[0])!, format: .png)
    options.sizes = sizes.map { ThumbnailSize($0)! }
    options.usePreview = true
    change(&options)
    return try Thumbnailer(options: options).thumbnails(of: bytes)
  }

  /// Which of the three colours a thumbnail has.
  static func isMostly(_ channel: Int, _ thumbnail: Thumbnail) throws -> Bool {
    let picture = try Raster(decoding: thumbnail.bytes)
    return picture[picture.width / 2, picture.height / 2][channel] > 150
  }

  @Test(arguments: [("80", true), ("40x", true), ("81", false), ("320", false)])
  func `are used when they are large enough`(size: String, used: Bool) throws {
    let bytes = Self.picture(preview: Self.jpeg(80, 60, Self.blue))
    let result = try Self.made(bytes, [size])[0]
    #expect(result.usedPreview == used)
    #expect(try Self.isMostly(used ? 2 : 0, result))
    let plain = try Self.made(bytes, [size]) { $0.usePreview = false }[0]
    #expect(!plain.usedPreview)
    #expect(try Self.isMostly(0, plain))
    #expect(plain.width == result.width && plain.height == result.height)
    #expect(plain.source == result.source)
  }

  @Test(arguments: [(80, 45), (80, 59), (60, 80)])
  func `are not used when their shape differs`(width: Int, height: Int) throws {
    let bytes = Self.picture(preview: Self.jpeg(width, height, Self.blue))
    #expect(try !Self.made(bytes, ["30"])[0].usedPreview)
  }

  @Test func `are not used when they are larger than the picture`() throws {
    // A small picture would pass any limit on pixels, and bring a preview that doesn't.
    let bytes = Self.picture(preview: Self.jpeg(640, 480, Self.blue))
    #expect(try !Self.made(bytes, ["30"])[0].usedPreview)
    let equal = Self.picture(preview: Self.jpeg(320, 240, Self.blue))
    #expect(try Self.made(equal, ["30"])[0].usedPreview)
  }

  @Test func `ask for their memory before they are decoded`() throws {
    let preview = JPEGFixture(width: 320, height: 240, progressive: true, pixel: Self.blue)
    let bytes = Self.picture(preview: preview.encoded())
    var options = ThumbnailOptions(size: ThumbnailSize("80")!, usePreview: true)
    let all = Thumbnailer.Labelling(isWanted: { _ in true }, tag: { _, _ in nil })
    let asked = { (options: ThumbnailOptions) -> [Int] in
      var asked: [Int] = []
      _ = bytes.withUnsafeBytes { raw in
        try? Thumbnailer(options: options).thumbnails(of: raw, all) {
          bytes throws(ThumbnailError) in
          asked.append(bytes)
          throw .outOfMemory("none is left")
        }
      }
      return asked
    }
    let withPreview = asked(options)
    options.usePreview = false
    let without = asked(options)
    try #require(withPreview.count == 1 && without.count == 1)
    // Three components of 320 by 240 coefficients, 2 bytes each.
    #expect(withPreview[0] - without[0] == 320 * 240 * 3 * 2)
  }

  @Test func `serve several sizes only if the largest`() throws {
    let bytes = Self.picture(preview: Self.jpeg(80, 60, Self.blue))
    #expect(try Self.made(bytes, ["20", "80"]).map(\.usedPreview) == [true, true])
    #expect(try Self.made(bytes, ["20", "100"]).map(\.usedPreview) == [false, false])
  }

  @Test func `serve a cut only if they are large enough for the whole`() throws {
    let bytes = Self.picture(preview: Self.jpeg(80, 60, Self.blue))
    #expect(try Self.made(bytes, ["60x60"]) { $0.fit = .cover }[0].usedPreview)
    #expect(try !Self.made(bytes, ["61x61"]) { $0.fit = .cover }[0].usedPreview)
    #expect(try Self.made(bytes, ["60x60"]) { $0.fit = .cover }[0].width == 60)
  }

  @Test func `are turned as the picture is`() throws {
    let half: @Sendable (Int, Int) -> [UInt8] = { x, _ in x < 40 ? [0, 0, 0] : [255, 255, 255] }
    let bytes = Self.picture(preview: Self.jpeg(80, 60, half), orientation: 6)
    let result = try Self.made(bytes, ["80"])[0]
    #expect(result.usedPreview && result.width == 60 && result.height == 80)
    let picture = try Raster(decoding: result.bytes)
    #expect(picture[30, 10][0] < 30 && picture[30, 70][0] > 220)
  }

  @Test func `that are broken give way to the picture`() throws {
    let preview = Self.jpeg(80, 60, Pattern.noise)
    for length in [preview.count / 2, 30, 2] {
      for lenient in [false, true] {
        let bytes = Self.picture(preview: Array(preview.prefix(length)))
        let result = try Self.made(bytes, ["40"]) { $0.lenient = lenient }[0]
        #expect(!result.usedPreview && result.warnings == 0)
        #expect(try Self.isMostly(0, result))
      }
    }
  }

  @Test func `of a multi-picture file are used, the smallest that will do`() throws {
    let bytes = Self.multiPicture(
      [(0x01_0002, Self.jpeg(240, 180, Self.red)), (0x01_0001, Self.jpeg(160, 120, Self.green))],
      exifPreview: Self.jpeg(80, 60, Self.blue))
    for (size, channel) in [("80", 2), ("81", 1), ("160", 1), ("200", 0)] {
      let result = try Self.made(bytes, [size])[0]
      #expect(result.usedPreview, "\(size)")
      #expect(try Self.isMostly(channel, result), "\(size)")
    }
    #expect(try !Self.made(bytes, ["300"])[0].usedPreview)
  }

  @Test(arguments: [0x00_0000, 0x02_0001, 0x02_0002, 0x03_0000, 0x05_0000])
  func `are not gain maps, depths or other views`(attributes: Int) throws {
    let bytes = Self.multiPicture([(attributes, Self.jpeg(160, 120, Self.green))])
    #expect(try !Self.made(bytes, ["80"])[0].usedPreview)
  }

  @Test(arguments: UInt64(0)..<40)
  func `survive any index`(seed: UInt64) throws {
    var random = SeededRandom(seed)
    let whole = Self.multiPicture(
      [(0x01_0001, Self.jpeg(16, 12, Self.green))], exifPreview: Self.jpeg(8, 6, Self.blue))
    for _ in 0..<20 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        // The multi-picture index and the EXIF block that follows it.
        bytes[Int.random(in: 10..<420, using: &random)] = random.bytes(1)[0]
      }
      bytes.withUnsafeBytes { raw in
        for preview in EmbeddedPreviews(in: raw, format: .jpeg).previews {
          #expect(preview.count <= raw.count && preview.starts(with: [0xFF, 0xD8]))
        }
      }
    }
  }
}
