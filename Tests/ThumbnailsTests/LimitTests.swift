import Testing

@testable import Thumbnails

@Suite("Limits")
struct LimitTests {
  static func error(_ bytes: [UInt8], _ change: (inout ThumbnailOptions) -> Void) -> String {
    var options = ThumbnailOptions(size: ThumbnailSize("16")!)
    change(&options)
    do {
      _ = try thumbnail(bytes, options)
      return "none"
    } catch {
      return (error as? ThumbnailError)?.kind ?? "foreign"
    }
  }

  static let progressive = JPEGFixture(progressive: true).encoded()
  static let interlaced = PNGFixture(width: 96, height: 64, interlaced: true) { x, y in
    [x, y, 0]
  }.encoded()

  @Test("on pixels are exact", arguments: [progressive, interlaced])
  func pixels(bytes: [UInt8]) {
    #expect(Self.error(bytes) { $0.maxPixels = 96 * 64 } == "none")
    #expect(Self.error(bytes) { $0.maxPixels = 96 * 64 - 1 } == "tooLarge")
  }

  @Test(
    "on a decoder's memory are exact",
    arguments: [(progressive, 96 / 8 * 64 / 8 * 3 * 128), (interlaced, 96 * 64 * 3)])
  func memory(bytes: [UInt8], needed: Int) {
    #expect(Self.error(bytes) { $0.maxDecoderBytes = needed } == "none")
    #expect(Self.error(bytes) { $0.maxDecoderBytes = needed - 1 } == "tooLarge")
  }

  @Test("on memory don't touch what is streamed")
  func streamedNeedsNone() {
    #expect(Self.error(JPEGFixture().encoded()) { $0.maxDecoderBytes = 0 } == "none")
    let png = PNGFixture { x, y in [x, y, 0] }.encoded()
    #expect(Self.error(png) { $0.maxDecoderBytes = 0 } == "none")
  }

  @Test("on scans are exact")
  func scans() {
    let count = Self.progressive.ranges(of: [0xFF, 0xDA]).count
    #expect(Self.error(Self.progressive) { $0.maxScans = count } == "none")
    #expect(Self.error(Self.progressive) { $0.maxScans = count - 1 } == "tooManyScans")
  }

  @Test("stop a thousand repeated scans, lenient or not", arguments: [true, false])
  func scanBomb(lenient: Bool) throws {
    let end = Self.progressive.count - 2
    let scans = Self.progressive.ranges(of: [0xFF, 0xDA])
    var bomb = Array(Self.progressive[..<end])
    for _ in 0..<1000 { bomb += Self.progressive[scans[scans.count - 1].lowerBound..<end] }
    bomb += [0xFF, 0xD9]
    let kind = Self.error(bomb) { $0.lenient = lenient }
    // A scan that comes twice also breaks the order of the progression, which strict decoding minds first.
    #expect(kind == (lenient ? "tooManyScans" : "corrupt"))
  }

  @Test("refuse a JPEG whose header claims the most pixels", arguments: [true, false])
  func jpegBomb(progressive: Bool) throws {
    var bytes = JPEGFixture(progressive: progressive).encoded()
    let frame = try #require(bytes.firstRange(of: [0xFF, progressive ? 0xC2 : 0xC0])).lowerBound
    bytes.replaceSubrange((frame + 5)..<(frame + 9), with: [0xFF, 0xDC, 0xFF, 0xDC])  // 65500
    #expect(Self.error(bytes) { _ in } == "tooLarge")
    bytes.replaceSubrange((frame + 5)..<(frame + 9), with: [0xFF, 0xFF, 0xFF, 0xFF])
    #expect(Self.error(bytes) { _ in } == "tooLarge")
    #expect(Self.error(bytes) { $0.maxPixels = .max } == "tooLarge")
  }

  @Test("take a million empty EXIF segments for what they are")
  func emptySegments() {
    let whole = JPEGFixture().encoded()
    let segments = (0..<1_000_000).flatMap { _ in [0xFF, 0xE1, 0, 2] as [UInt8] }
    let bytes = Array(whole[..<2]) + segments + Array(whole[2...])
    #expect(Self.error(bytes) { _ in } == "none")
  }

  /// A PNG with `chunks` put before its pixels.
  static func png(with chunks: [UInt8]) throws -> [UInt8] {
    var bytes = PNGFixture { x, y in [x, y, 0] }.encoded()
    let lengthBytes = 4
    let pixels = try #require(bytes.firstRange(of: Array("IDAT".utf8))).lowerBound - lengthBytes
    bytes.insert(contentsOf: chunks, at: pixels)
    return bytes
  }

  @Test("skip a hundred thousand text chunks, and large ones of every ancillary kind")
  func textBomb() throws {
    // Their checksums are wrong, and each is counted as a warning.
    let text = Array("\0\0\0\u{3}tEXta\0bXXXX".utf8)
    let many = try Self.png(with: (0..<100_000).flatMap { _ in text })
    #expect(try thumbnail(many, .wholeAsPNG()).warnings == 100_000)
    for type in ["iCCP", "zTXt", "iTXt", "tEXt", "sPLT", "eXIf", "hIST", "bKGD", "juNk"] {
      let length = 5_000_000
      let header = (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) }
      let chunk = header + Array(type.utf8) + [UInt8](repeating: 65, count: length + 4)
      #expect(try thumbnail(Self.png(with: chunk), .wholeAsPNG()).warnings == 1, "\(type)")
    }
  }

  @Test("refuse a PNG whose header claims the most pixels, or one row of them")
  func pngBomb() throws {
    let bytes = PNGFixture { x, y in [x, y, 0] }.encoded()
    for (width, height) in [(50_000, 50_000), (200_000_000, 1), (1, 200_000_000)] {
      #expect(
        Self.error(Self.withSize(bytes, width, height)) { _ in } == "tooLarge", "\(width)x\(height)"
      )
    }
  }

  /// With another size in the header, and the checksum that belongs to it.
  static func withSize(_ bytes: [UInt8], _ width: Int, _ height: Int) -> [UInt8] {
    var changed = bytes
    let header = 12..<29
    for (offset, value) in [(16, width), (20, height)] {
      for index in 0..<4 {
        changed[offset + index] = UInt8(truncatingIfNeeded: value >> (24 - 8 * index))
      }
    }
    let sum = changed[header].withUnsafeBytes { PNGChunks.checksum($0) }
    for index in 0..<4 { changed[29 + index] = UInt8(truncatingIfNeeded: sum >> (24 - 8 * index)) }
    return changed
  }
}
