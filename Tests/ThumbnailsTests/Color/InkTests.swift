import CPictureFixtures
import Testing

@testable import Thumbnails

@Suite("Ink becomes light")
struct InkTests {
  static let inks: @Sendable (Int, Int) -> [Int] = { x, y in [2 * x, 3 * y, 40 + x, x / 2] }

  static func picture(kind: fixture_jpeg_kind, adobe: Bool) -> [UInt8] {
    JPEGFixture(
      kind: kind, quality: 98, adobeMarker: adobe,
      pixel: { x, y in inks(x, y).map { UInt8(adobe ? 255 - $0 : $0) } }
    ).encoded()
  }

  @Test(arguments: [FIXTURE_CMYK, FIXTURE_YCCK], [true, false])
  func `through its profile, with Adobe's inversion and without`(
    kind: fixture_jpeg_kind, adobe: Bool
  ) throws {
    // YCCK is known by Adobe's marker only.
    guard adobe || kind == FIXTURE_CMYK else { return }
    let jpeg = Self.picture(kind: kind, adobe: adobe)
    let plain = try Raster(decoding: try thumbnail(jpeg, .wholeAsPNG()).bytes)
    let result = try thumbnail(jpeg.withProfile(Profiles.cmyk), .wholeAsPNG())
    let converted = try Raster(decoding: result.bytes)
    let expected = Profiles.converted(width: 96, height: 64, from: Profiles.cmyk) { x, y in
      Self.inks(x, y).map(UInt8.init)
    }
    #expect(converted.largestDifference(from: expected) <= 10)
    #expect(converted.meanDifference(from: expected) < 1.5)
    #expect(converted.meanDifference(from: plain) > 10)
    #expect(result.warnings == 0)
  }

  @Test
  func `by the rule of thumb when its profile is for light, or is to be stripped`() throws {
    let jpeg = Self.picture(kind: FIXTURE_CMYK, adobe: true)
    let plain = try thumbnail(jpeg, .wholeAsPNG())
    let mistaken = try thumbnail(jpeg.withProfile(Profiles.p3), .wholeAsPNG())
    #expect(mistaken.bytes == plain.bytes)
    #expect(mistaken.warnings == 1)
    var options = ThumbnailOptions.wholeAsPNG()
    options.icc = .strip
    #expect(try thumbnail(jpeg.withProfile(Profiles.cmyk), options).bytes == plain.bytes)
  }

  @Test
  func `even when profiles are to be kept, since no thumbnail is ink`() throws {
    let jpeg = Self.picture(kind: FIXTURE_CMYK, adobe: true).withProfile(Profiles.cmyk)
    var options = ThumbnailOptions.wholeAsPNG()
    options.icc = .keep
    #expect(try thumbnail(jpeg, options).bytes == thumbnail(jpeg, .wholeAsPNG()).bytes)
  }
}
