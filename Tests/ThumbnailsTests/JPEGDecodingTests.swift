import CPictureFixtures
import Testing

@testable import Thumbnails

@Suite("Every kind of JPEG")
struct JPEGDecodingTests {
  static let colourFixtures: [JPEGFixture] = {
    let samplings = [(1, 1), (2, 1), (1, 2), (2, 2), (4, 1)]
    var fixtures = samplings.flatMap { sampling in
      [false, true].map { JPEGFixture(sampling: sampling, progressive: $0) }
    }
    fixtures += [
      JPEGFixture(kind: FIXTURE_RGB),
      JPEGFixture(sampling: (2, 2), separateScans: true),
      JPEGFixture(sampling: (2, 2), arithmetic: true),
      JPEGFixture(sampling: (2, 2), progressive: true, arithmetic: true),
      JPEGFixture(sampling: (2, 2), restartRows: 1),
      JPEGFixture(sampling: (2, 2), progressive: true, restartRows: 1),
      JPEGFixture(width: 95, height: 63, sampling: (2, 2)),
      JPEGFixture(width: 1, height: 1, sampling: (2, 2)),
    ]
    return fixtures
  }()

  @Test("keeps its colours", arguments: colourFixtures)
  func coloursAreRight(_ fixture: JPEGFixture) throws {
    let result = try thumbnail(fixture.encoded(), .wholeAsPNG())
    let expected = Raster(width: fixture.width, height: fixture.height, pixel: fixture.pixel)
    let difference = try Raster(decoding: result.bytes).largestDifference(from: expected)
    // Chroma at a quarter of the pixels is blurred where the gradient ends in a clamp.
    #expect(difference <= 12)
    #expect(result.warnings == 0)
    #expect(result.source.isProgressive == fixture.progressive)
  }

  @Test("shrinks to the same colours at every DCT scale", arguments: [1, 2, 3, 6, 12, 24, 48])
  func scalesAgree(side: Int) throws {
    let fixture = JPEGFixture(width: 96, height: 96, sampling: (2, 2))
    let options = ThumbnailOptions(size: ThumbnailSize(width: side, height: side)!, format: .png)
    let small = try Raster(decoding: try thumbnail(fixture.encoded(), options).bytes)
    let block = 96 / side
    let expected = Raster(width: side, height: side) { x, y in
      Pattern.mean(x * block..<(x + 1) * block, y * block..<(y + 1) * block, fixture.pixel)
    }
    // Away from the edges a gradient's mean is its value in the middle.
    #expect(small.meanDifference(from: expected) < 1.5)
  }

  @Test("of one component gives a grey JPEG")
  func greyStaysGrey() throws {
    let bytes = JPEGFixture(kind: FIXTURE_GREY, pixel: Pattern.greyGradient).encoded()
    let result = try thumbnail(bytes, ThumbnailOptions(size: ThumbnailSize("65500")!))
    let components = try result.bytes.withUnsafeBytes { try JPEGDecoder($0).header.layout.channels }
    #expect(components == 1)
    let expected = Raster(width: 96, height: 64) { x, y in
      let grey = Pattern.greyGradient(x, y)[0]
      return [grey, grey, grey]
    }
    #expect(try Raster(decoding: result.bytes).largestDifference(from: expected) <= 10)
  }

  @Test(
    "of four inks is converted, with Adobe's inversion and without",
    arguments: [FIXTURE_CMYK, FIXTURE_YCCK], [true, false])
  func inksBecomeLight(kind: fixture_jpeg_kind, adobe: Bool) throws {
    // YCCK is known by Adobe's marker only.
    guard adobe || kind == FIXTURE_CMYK else { return }
    let ink: @Sendable (Int, Int) -> [Int] = { x, y in [2 * x, 3 * y, 40, 2 * x / 3] }
    let fixture = JPEGFixture(
      kind: kind, quality: 98, adobeMarker: adobe,
      pixel: { x, y in ink(x, y).map { UInt8(adobe ? 255 - $0 : $0) } })
    let expected = Raster(width: 96, height: 64) { x, y in
      let inks = ink(x, y)
      return inks.prefix(3).map { UInt8((255 - $0) * (255 - inks[3]) / 255) }
    }
    let result = try thumbnail(fixture.encoded(), .wholeAsPNG())
    #expect(try Raster(decoding: result.bytes).largestDifference(from: expected) <= 8)
  }
}
