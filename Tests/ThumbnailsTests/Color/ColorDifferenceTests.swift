import CPictureFixtures
import Testing

@testable import Thumbnails

@Suite("Converted colours look the same as those of a picture that lcms2 converted whole")
struct ColorDifferenceTests {
  /// Edges, gradients and coloured patches, as coloured as photographs have them. Where pure red meets pure
  /// green, a row of pixels may differ by 4 at 75 pixels, since Display P3 is converted after the resize.
  static let scene: @Sendable (_ x: Int, _ y: Int) -> [UInt8] = { x, y in
    let inPatch = (x / 40 + y / 30) % 3 == 0
    let shade = (x * 255 / 640 + y * 255 / 480) / 2
    let wave = (x * x / 300 + y * 2) % 200
    let samples =
      inPatch
      ? [x * 37 / 40 % 256, 255 - shade, y * 91 / 30 % 256]
      : [shade, (shade + wave) / 2, 255 - wave]
    let grey = samples.reduce(0, +) / 3
    return samples.map { UInt8((2 * $0 + grey) / 3) }
  }

  static let scaled = ["256", "100", "75", "48"]

  static func check(_ jpeg: [UInt8], _ size: String, mean: Double = 1, p99: Double = 3) throws {
    let options = ThumbnailOptions(size: ThumbnailSize(size)!, format: .png)
    let result = try Raster(decoding: thumbnail(jpeg, options).bytes)
    let differences = Reference(jpeg: jpeg, result.width, result.height)
      .colorDifferences(of: result)
    let average = differences.reduce(0, +) / Double(differences.count)
    let nearlyAll = differences[differences.count * 99 / 100]
    #expect(average < mean && nearlyAll < p99, "mean \(average), p99 \(nearlyAll) at \(size)")
  }

  @Test(arguments: [NamedProfile.p3, .swapped, .gamma18, .wide], scaled)
  func `of RGB`(profile: NamedProfile, size: String) throws {
    let jpeg = JPEGFixture(
      width: 640, height: 480, sampling: (2, 2), quality: 92, pixel: Self.scene
    ).encoded()
    try Self.check(jpeg.withProfile(profile.bytes), size)
  }

  @Test(arguments: [FIXTURE_CMYK, FIXTURE_YCCK], scaled)
  func `of ink`(kind: fixture_jpeg_kind, size: String) throws {
    let jpeg = JPEGFixture(
      width: 640, height: 480, kind: kind, quality: 95,
      pixel: { x, y in Self.scene(x, y).map { 255 - $0 / 2 } + [UInt8(255 - x / 5)] }
    ).encoded()
    try Self.check(jpeg.withProfile(Profiles.cmyk), size)
  }

  @Test(arguments: scaled)
  func `of grey`(size: String) throws {
    let jpeg = JPEGFixture(
      width: 640, height: 480, kind: FIXTURE_GREY, quality: 92,
      pixel: { x, y in [Self.scene(x, y)[1]] }
    ).encoded()
    try Self.check(jpeg.withProfile(Profiles.greyGamma18), size)
  }

  /// Without this the tests above could pass by comparing nothing with nothing.
  @Test(arguments: [NamedProfile.p3, .swapped, .gamma18, .wide])
  func `and not as those of a picture whose profile nobody heeds`(profile: NamedProfile) throws {
    let jpeg = JPEGFixture(width: 640, height: 480, quality: 92, pixel: Self.scene).encoded()
      .withProfile(profile.bytes)
    var options = ThumbnailOptions(size: ThumbnailSize("100")!, format: .png)
    options.icc = .strip
    let bare = try Raster(decoding: thumbnail(jpeg, options).bytes)
    let differences = Reference(jpeg: jpeg, bare.width, bare.height).colorDifferences(of: bare)
    #expect(differences.reduce(0, +) / Double(differences.count) > 2)
  }

  /// From the data that Sharma, Wu and Dalal publish with their paper for implementers.
  static let published: [(Lab, Lab, Double)] = [
    (Lab(50, 2.6772, -79.7751), Lab(50, 0, -82.7485), 2.0425),
    (Lab(50, 0, 0), Lab(50, -1, 2), 2.3669),
    (Lab(50, 2.49, -0.001), Lab(50, -2.49, 0.0009), 7.1792),
    (Lab(50, 2.5, 0), Lab(73, 25, -18), 27.1492),
    (Lab(50, 2.5, 0), Lab(50, 3.2592, 0.335), 1),
    (Lab(60.2574, -34.0099, 36.2677), Lab(60.4626, -34.1751, 39.4387), 1.2644),
    (Lab(90.8027, -2.0831, 1.441), Lab(91.1528, -1.6435, 0.0447), 1.4441),
    (Lab(2.0776, 0.0795, -1.135), Lab(0.9033, -0.0636, -0.5514), 0.9082),
  ]

  @Test(arguments: published)
  func `where a difference is CIEDE2000's`(first: Lab, second: Lab, expected: Double) {
    #expect(abs(first.difference(from: second) - expected) < 0.0001)
    #expect(abs(second.difference(from: first) - expected) < 0.0001)
  }
}
