import Testing

@testable import Thumbnails

@Suite("Placeholders")
struct PlaceholderTests {
  enum Kind: Sendable {
    case opaque, alpha, grey, flat, clear

    func pixel(_ x: Int, _ y: Int) -> [Int] {
      switch self {
      case .opaque: [(x * 7 + y * 3) % 256, (x * 2 + y * 5) % 256, x * y % 256, 255]
      case .alpha: Kind.opaque.pixel(x, y).prefix(3) + [(x * 5 + y) % 256]
      case .grey: Array(repeating: (x * 2 + y) % 256, count: 3) + [255]
      case .flat: [200, 100, 50, 255]
      case .clear: [0, 0, 0, 0]
      }
    }
  }

  static func canvas(_ width: Int, _ height: Int, _ kind: Kind) throws -> Canvas {
    var canvas = Canvas(
      size: PixelSize(width: width, height: height), isGrey: false, finish: .straight)
    for y in 0..<height {
      // Premultiplied, as the resizer gives it, in steps fine enough to come back exactly.
      let row = (0..<width).flatMap { x -> [Int16] in
        let pixel = kind.pixel(x, y)
        return pixel.prefix(3).map { Int16(($0 * pixel[3] * 64 + 127) / 255) }
          + [Int16(pixel[3] * 64)]
      }
      row.withUnsafeBufferPointer { canvas.append($0) }
    }
    return canvas
  }

  /// From two ports of the published algorithm to Python, thumbhash-python 1.0.1 and thumbhash 0.1.2; those
  /// with alpha from the first one, because the second fails on them.
  @Test(arguments: [
    (75, 100, Kind.opaque, "H/gFDQRmVVaGdHV0cXBrau9vb3dv"),
    (100, 41, .opaque, "X/gFE4pVdDAFhTa2qwxoa68="),
    (1, 1, .opaque, "AAgCBwAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    (100, 2, .opaque, "lCoKIZBgVqSFh3eIUU/3hYc="),
    (50, 33, .grey, "EAgKBYCAh4eFiHiHiHiIhwAAAAAA"),
    (8, 8, .clear, "AAiCBQAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="),
  ])
  func `thumbhash is what others make of the same pixels`(
    width: Int, height: Int, kind: Kind, expected: String
  ) throws {
    let hash = ThumbHash(of: try Self.canvas(width, height, kind))
    #expect(Base64.encode(hash.bytes) == expected)
  }

  /// Colours lose a little when they are premultiplied, so these come from pixels that bear it.
  @Test(arguments: [
    (64, 64, "3veBDQQnmFd6JlApmsqPsUr4B5hnl3d4dw=="), (30, 90, "H/iFCgQnhoeWA3rJi5/4ZXB3g4iHeIg="),
  ])
  func `thumbhash with alpha is what others make of the same pixels`(
    width: Int, height: Int, expected: String
  ) throws {
    let hash = ThumbHash(of: try Self.canvas(width, height, .alpha))
    #expect(Base64.encode(hash.bytes) == expected)
  }

  @Test func `thumbhash of a flat picture has its colour and nothing else`() throws {
    let hash = ThumbHash(of: try Self.canvas(20, 20, .flat)).bytes
    // The first three bytes of what others make; theirs go on with rounding errors.
    #expect(Array(hash.prefix(3)) == [0x1D, 0xCB, 0x02])
    #expect(hash.dropFirst(5).allSatisfy { $0 == 0 })
  }

  @Test func `come on request only`() throws {
    let bytes = JPEGFixture(width: 300, height: 200).encoded()
    var options = ThumbnailOptions(size: ThumbnailSize("256")!)
    let none = try thumbnail(bytes, options)
    #expect(none.thumbhash == nil && none.dominantColor == nil)
    options.placeholders = [.thumbhash]
    let one = try thumbnail(bytes, options)
    #expect(one.thumbhash != nil && one.dominantColor == nil && one.bytes == none.bytes)
    options.placeholders = Set(Placeholder.allCases)
    let both = try thumbnail(bytes, options)
    #expect(both.thumbhash == one.thumbhash && both.dominantColor != nil)
  }

  @Test func `are of the upright picture, and almost the same at each size`() throws {
    var options = ThumbnailOptions(size: ThumbnailSize("40")!, placeholders: [.thumbhash])
    options.format = .png
    let hashes = try [1, 6].map { try thumbnail(FitTests.stored($0), options).thumbhash }
    #expect(hashes[0] != nil && hashes[0] == hashes[1])
  }

  @Test(arguments: [
    ([(30, [200, 30, 40]), (20, [20, 20, 200]), (14, [20, 160, 30])], "#c81e28"),
    ([(64, [7, 8, 9])], "#070809"),
    ([(31, [0, 0, 0]), (33, [255, 255, 255])], "#ffffff"),
  ])
  func `the dominant colour is that of the most pixels`(
    stripes: [(Int, [Int])], expected: String
  ) throws {
    let columns = stripes.flatMap { Array(repeating: $0.1, count: $0.0) }
    let bytes = PNGFixture(width: 64, height: 8) { x, _ in columns[x] }.encoded()
    let options = ThumbnailOptions(size: ThumbnailSize("64")!, placeholders: [.dominantColor])
    #expect(try thumbnail(bytes, options).dominantColor == RGBColor(expected))
  }

  @Test func `shades of one thing count together`() throws {
    // 40 shades of red, none of them as frequent as the one blue.
    let bytes = PNGFixture(width: 64, height: 8) { x, _ in
      x < 40 ? [160 + x, 20 + x / 2, 20] : [20, 20, 220]
    }.encoded()
    let options = ThumbnailOptions(size: ThumbnailSize("64")!, placeholders: [.dominantColor])
    let colour = try #require(try thumbnail(bytes, options).dominantColor)
    #expect(colour.red > 150 && colour.blue < 60, "\(colour)")
  }

  @Test func `what is transparent has no part in the dominant colour`() throws {
    let half = PNGFixture(width: 64, height: 8, colourType: .rgba) { x, _ in
      x < 50 ? [0, 255, 0, 0] : [90, 60, 30, 255]
    }
    let options = ThumbnailOptions(size: ThumbnailSize("64")!, placeholders: [.dominantColor])
    #expect(try thumbnail(half.encoded(), options).dominantColor == RGBColor("#5a3c1e"))
    let clear = PNGFixture(width: 8, height: 8, colourType: .rgba) { _, _ in [9, 9, 9, 0] }
    #expect(try thumbnail(clear.encoded(), options).dominantColor == nil)
  }

  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func `base64 agrees with the RFC's examples`(text: String, encoded: String) {
    #expect(Base64.encode(Array(text.utf8)) == encoded)
  }
}
