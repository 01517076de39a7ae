import CPictureFixtures
import Testing

@testable import Thumbnails

@Suite("Thumbnailer")
struct ThumbnailerTests {
  static let pictures: [[UInt8]] = [
    JPEGFixture(width: 300, height: 200, sampling: (2, 2), pixel: Pattern.noise).encoded(),
    JPEGFixture(width: 200, height: 300, progressive: true, pixel: Pattern.noise).encoded(),
    PNGFixture(width: 150, height: 150, interlaced: true) { Pattern.noise($0, $1).map(Int.init) }
      .encoded(),
    PNGFixture(width: 150, height: 100, colourType: .rgba) { x, y in
      Pattern.noise(x, y).map(Int.init) + [(x + y) & 255]
    }.encoded(),
  ]

  @Test("gives the same bytes each time, also from several threads at once")
  func deterministic() async throws {
    let thumbnailer = Thumbnailer(options: ThumbnailOptions(size: ThumbnailSize("64")!))
    let alone = try Self.pictures.map { try thumbnailer.thumbnail(of: $0) }
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          try Self.pictures.map { try thumbnailer.thumbnail(of: $0) } == alone
        }
      }
      for try await same in group { #expect(same) }
    }
  }

  @Test("says what it made and from what")
  func report() throws {
    let result = try thumbnail(Self.pictures[1], ThumbnailOptions(size: ThumbnailSize("64")!))
    #expect(result.width == 43 && result.height == 64)
    #expect(result.format == .jpeg && result.warnings == 0)
    let blocks = 25 * 38
    #expect(
      result.source
        == SourceInfo(
          format: .jpeg, width: 200, height: 300, orientation: 1, isProgressive: true,
          decoderBytes: 3 * blocks * 128))
    let decoded = try Raster(decoding: result.bytes)
    #expect(decoded.width == 43 && decoded.height == 64)
  }

  @Test("never enlarges", arguments: ["1000", "301x", "x2000", "65500"])
  func neverEnlarges(size: String) throws {
    let result = try thumbnail(Self.pictures[0], ThumbnailOptions(size: ThumbnailSize(size)!))
    #expect(result.width == 300 && result.height == 200)
  }

  @Test("makes a smaller file at a lower quality")
  func qualityCounts() throws {
    let sizes = try [1, 20, 80, 100].map { quality in
      try thumbnail(
        Self.pictures[0], ThumbnailOptions(size: ThumbnailSize("64")!, quality: quality)
      ).bytes.count
    }
    #expect(sizes == sizes.sorted() && Set(sizes).count == 4)
  }

  @Test("writes baseline JFIF with chroma at a quarter, and nothing of the source's metadata")
  func jpegOutput() throws {
    var secret = OrientationTests.exif(1)
    secret += Array("51 30 N 0 7 W".utf8)
    let source = JPEGFixture(progressive: true, exif: secret).encoded()
    let bytes = try thumbnail(source, ThumbnailOptions(size: ThumbnailSize("64")!)).bytes
    #expect(bytes.starts(with: [0xFF, 0xD8, 0xFF, 0xE0, 0, 16] + Array("JFIF\0".utf8)))
    let frame = try #require(bytes.firstRange(of: [0xFF, 0xC0])).lowerBound
    #expect(bytes[frame + 11] == 0x22 && bytes[frame + 14] == 0x11 && bytes[frame + 17] == 0x11)
    #expect(bytes.firstRange(of: Array("Exif".utf8)) == nil)
    #expect(bytes.firstRange(of: Array("51 30".utf8)) == nil)
  }

  @Test(
    "takes as much of a picture as its DCT scale covers, no more",
    arguments: [997, 1000, 1001, 1003, 1007])
  func partialBlocks(width: Int) throws {
    // A ramp from edge to edge: taken for a whole number of blocks it would end too dark.
    let ramp: @Sendable (Int, Int) -> [UInt8] = { x, _ in [UInt8(x * 255 / (width - 1))] }
    let jpeg = JPEGFixture(
      width: width, height: 200, kind: FIXTURE_GREY, quality: 100, pixel: ramp)
    let png = PNGFixture(width: width, height: 200, colourType: .grey) {
      ramp($0, $1).map(Int.init)
    }
    let options = ThumbnailOptions(size: ThumbnailSize("30x")!, format: .png)
    let reduced = try Raster(decoding: thumbnail(jpeg.encoded(), options).bytes)
    let exact = try Raster(decoding: thumbnail(png.encoded(), options).bytes)
    #expect(reduced.largestDifference(from: exact) <= 1)
  }
}
