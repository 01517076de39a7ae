import CImageCodecs
import Testing

@testable import Thumbnails

@Suite("A broken profile never fails a picture")
struct BrokenProfileTests {
  static let picture = ColorConversionTests.colours.encoded()

  @Test
  func `one that makes no sense, or is for other samples, isn't heeded`() throws {
    let plain = try thumbnail(Self.picture, .wholeAsPNG())
    let broken: [[UInt8]] = [
      [], [0], Array("no profile".utf8), Array(Profiles.p3.prefix(127)),
      Array(Profiles.p3.prefix(200)), Profiles.cmyk, Profiles.greyGamma18, Profiles.lab,
      [UInt8](repeating: 0xFF, count: 4000),
    ]
    for profile in broken {
      let bytes = Self.picture.withChunks([("iCCP", profile.packedProfile)])
      let result = try thumbnail(bytes, .wholeAsPNG())
      #expect(result.bytes == plain.bytes)
      #expect(result.warnings == 1)
    }
  }

  @Test(arguments: 0..<100)
  func `nor is one with random mistakes in it trusted`(seed: Int) throws {
    var random = SeededRandom(UInt64(seed))
    let originals = [Profiles.p3, Profiles.cmyk, Profiles.greyGamma18]
    let layouts = [CODEC_RGB, CODEC_CMYK, CODEC_GREY]
    let index = seed % 3
    var profile = originals[index]
    for _ in 0...(seed / 10) {
      // Most of what decides is in the header and the tag table.
      let range = Bool.random(using: &random) ? 0..<300 : 0..<profile.count
      profile[Int.random(in: range.clamped(to: 0..<profile.count), using: &random)] =
        random.bytes(1)[0]
    }
    guard let transform = try? ColorTransform(icc: profile, samples: layouts[index]) else { return }
    let row = (0..<400).map { _ in Int16.random(in: -4000...20_000, using: &random) }
    var converted = [Int16](repeating: 0, count: 400)
    row.withUnsafeBufferPointer { row in
      converted.withUnsafeMutableBufferPointer {
        if index != 1 { transform.convertFinished(row, width: 100, into: $0.baseAddress!) }
      }
    }
    let inRange = stride(from: 0, to: 400, by: 4)
      .allSatisfy { (0...Int16(CODEC_WHITE)).contains(converted[$0]) }
    #expect(inRange)
  }

  @Test(arguments: [0, 1, 4])
  func `and colours that no light has are no profile`(broken: Int) {
    var numbers = [0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06]
    numbers[broken] = broken == 1 ? 0 : broken == 0 ? 0.9 : .nan
    let points = stride(from: 0, to: 8, by: 2).map {
      Colorimetry.Chromaticity(x: numbers[$0], y: numbers[$0 + 1])
    }
    let colorimetry = Colorimetry(
      white: points[0], red: points[1], green: points[2], blue: points[3], transfer: .sRGB)
    #expect(throws: ThumbnailError.self) {
      try ColorProfile.described(colorimetry).iccBytes(isGrey: false)
    }
  }
}
