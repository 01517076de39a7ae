import CPictureFixtures
import Glibc

/// Colour profiles by lcms2.
enum ProfileSeeds {
  static func profiles() -> [[UInt8]] {
    let rgb = [
      FIXTURE_PROFILE_SRGB, FIXTURE_PROFILE_P3, FIXTURE_PROFILE_WIDE, FIXTURE_PROFILE_SWAPPED,
      FIXTURE_PROFILE_GAMMA_18,
    ]
    let grey = [FIXTURE_PROFILE_GREY_GAMMA_18, FIXTURE_PROFILE_GREY_SRGB]
    return rgb.map { profile($0) + FrameSeeds.choices(0) }
      + grey.map { profile($0) + FrameSeeds.choices(1) }
      + [2, 3].map { profile(FIXTURE_PROFILE_CMYK) + FrameSeeds.choices($0) }
  }

  static func packed() -> [[UInt8]] {
    let described = [31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000, 44000].flatMap {
      number in
      (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    return [
      deflated(profile(FIXTURE_PROFILE_P3)) + FrameSeeds.choices(0),
      deflated([UInt8](repeating: 0, count: 5 << 20)) + FrameSeeds.choices(0),
      described + FrameSeeds.choices(1), described + FrameSeeds.choices(1, 1),
    ]
  }

  static func profile(_ kind: fixture_profile_kind) -> [UInt8] {
    var count = 0
    return taken(fixture_profile(kind, &count), &count)
  }

  static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var count = 0
    return taken(fixture_deflate(bytes, bytes.count, &count), &count)
  }

  private static func taken(_ bytes: UnsafeMutablePointer<UInt8>?, _ count: inout Int) -> [UInt8] {
    defer { free(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }
}
