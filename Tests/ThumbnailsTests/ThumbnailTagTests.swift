import Testing

@testable import Thumbnails

@Suite("Tag")
struct ThumbnailTagTests {
  static let texts = ["x", "farm 1.0 size=256 source=123456", String(repeating: "~", count: 200)]

  static func made(_ format: ThumbnailFormat, _ tag: ThumbnailTag?) throws -> [UInt8] {
    var options = ThumbnailOptions(size: ThumbnailSize("24")!, format: format)
    options.tag = tag
    return try thumbnail(JPEGFixture().encoded(), options).bytes
  }

  @Test("is found in the head of a thumbnail", arguments: texts, [ThumbnailFormat.jpeg, .png])
  func roundTrip(text: String, format: ThumbnailFormat) throws {
    let tag = try #require(ThumbnailTag(text))
    let bytes = try Self.made(format, tag)
    #expect(ThumbnailTag.read(fromHead: bytes.prefix(ThumbnailTag.headLength)) == tag)
    #expect(try Raster(decoding: bytes) == Raster(decoding: Self.made(format, nil)))
  }

  @Test("comes right after JFIF's segment, and before the pixels of a PNG")
  func position() throws {
    let tag = try #require(ThumbnailTag("here"))
    let jpeg = try Self.made(.jpeg, tag)
    #expect(Array(jpeg[20..<28]) == [0xFF, 0xFE, 0, 6] + Array("here".utf8))
    let png = try Self.made(.png, tag)
    let text = try #require(png.firstRange(of: Array("tEXtComment\0here".utf8)))
    #expect(text.lowerBound < (try #require(png.firstRange(of: Array("IDAT".utf8)))).lowerBound)
  }

  @Test("is missing where there is none", arguments: [ThumbnailFormat.jpeg, .png])
  func noTag(format: ThumbnailFormat) throws {
    #expect(ThumbnailTag.read(fromHead: try Self.made(format, nil)) == nil)
    #expect(ThumbnailTag.read(fromHead: []) == nil)
    #expect(ThumbnailTag.read(fromHead: Array("GIF89a".utf8)) == nil)
  }

  @Test(
    "is short printable ASCII",
    arguments: ["", "a\nb", "é", "\u{7F}", "a\0", String(repeating: "x", count: 201)])
  func badTexts(text: String) {
    #expect(ThumbnailTag(text) == nil)
  }

  @Test("of a head cut before its end is not there", arguments: [ThumbnailFormat.jpeg, .png])
  func cutHeads(format: ThumbnailFormat) throws {
    let tag = try #require(ThumbnailTag("a tag"))
    let bytes = try Self.made(format, tag)
    let end = try #require(bytes.firstRange(of: Array("a tag".utf8))).upperBound
    for length in 0..<end {
      #expect(ThumbnailTag.read(fromHead: bytes.prefix(length)) == nil, "\(length)")
    }
  }

  @Test("beyond the first 512 bytes is not looked for")
  func farTags() throws {
    var bytes = try Self.made(.jpeg, ThumbnailTag("far"))
    bytes.insert(contentsOf: [0xFF, 0xEF, 2, 0] + [UInt8](repeating: 0, count: 510), at: 20)
    #expect(ThumbnailTag.read(fromHead: bytes) == nil)
  }

  @Test("takes any bytes", arguments: UInt64(0)..<100, [ThumbnailFormat.jpeg, .png])
  func anyBytes(seed: UInt64, format: ThumbnailFormat) throws {
    var random = SeededRandom(seed)
    let bytes = try Self.made(format, ThumbnailTag("some text"))
    for _ in 0..<100 {
      var damaged = Array(bytes.prefix(Int.random(in: 2...200, using: &random)))
      for _ in 0..<3 {
        damaged[Int.random(in: 2..<max(3, damaged.count), using: &random) % damaged.count] =
          UInt8.random(in: .min ... .max, using: &random)
      }
      let tag = ThumbnailTag.read(fromHead: damaged)
      #expect(tag == nil || tag!.text.utf8.count <= ThumbnailTag.maxLength)
    }
  }
}
