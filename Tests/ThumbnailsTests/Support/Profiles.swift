import CPictureFixtures
import Glibc
import Testing

@testable import Thumbnails

/// A profile as a test's argument, without its bytes in the test's name.
struct NamedProfile: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let bytes: [UInt8]

  static let p3 = NamedProfile(testDescription: "Display P3", bytes: Profiles.p3)
  static let wide = NamedProfile(testDescription: "wide gamut", bytes: Profiles.wide)
  static let swapped = NamedProfile(testDescription: "swapped", bytes: Profiles.swapped)
  static let gamma18 = NamedProfile(testDescription: "gamma 1.8", bytes: Profiles.gamma18)
}

/// ICC profiles of the tests' own making, and pictures that carry them.
enum Profiles {
  static let sRGB = made(FIXTURE_PROFILE_SRGB)
  static let p3 = made(FIXTURE_PROFILE_P3)
  static let wide = made(FIXTURE_PROFILE_WIDE)
  static let swapped = made(FIXTURE_PROFILE_SWAPPED)
  static let gamma18 = made(FIXTURE_PROFILE_GAMMA_18)
  static let greyGamma18 = made(FIXTURE_PROFILE_GREY_GAMMA_18)
  static let greySRGB = made(FIXTURE_PROFILE_GREY_SRGB)
  static let lab = made(FIXTURE_PROFILE_LAB)
  static let cmyk = made(FIXTURE_PROFILE_CMYK)

  private static func made(_ kind: fixture_profile_kind) -> [UInt8] {
    var count = 0
    let bytes = fixture_profile(kind, &count)
    defer { free(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  /// What lcms2 itself makes of a picture's pixels: grey, red, green and blue, or inks.
  static func converted(
    width: Int, height: Int, from profile: [UInt8], pixel: (_ x: Int, _ y: Int) -> [UInt8]
  ) -> Raster {
    let channels = pixel(0, 0).count
    let samples = (0..<height).flatMap { y in (0..<width).flatMap { x in pixel(x, y) } }
    var rgb = [UInt8](repeating: 0, count: width * height * 3)
    fixture_to_srgb(profile, profile.count, Int32(channels), samples, width * height, &rgb)
    return Raster(width: width, height: height) { x, y in
      Array(rgb[((y * width + x) * 3)...].prefix(3))
    }
  }

  /// The same of a raster, whose alpha stays.
  static func converted(_ raster: Raster, from profile: [UInt8]) -> Raster {
    var result = converted(width: raster.width, height: raster.height, from: profile) { x, y in
      Array(raster[x, y].prefix(3))
    }
    for alpha in stride(from: 3, to: raster.samples.count, by: 4) {
      result.samples[alpha] = raster.samples[alpha]
    }
    return result
  }
}

extension [UInt8] {
  /// This JPEG with segments behind the start of the image.
  func withSegments(_ marker: UInt8, _ payloads: [[UInt8]]) -> [UInt8] {
    let segments = payloads.flatMap { payload -> [UInt8] in
      let length = payload.count + 2
      return [0xFF, marker, UInt8(length >> 8), UInt8(length & 255)] + payload
    }
    return Array(prefix(2)) + segments + dropFirst(2)
  }

  /// This JPEG with an ICC profile, in parts of at most so many bytes.
  func withProfile(_ profile: [UInt8], partLength: Int = 65_000) -> [UInt8] {
    withSegments(0xE2, profile.profileParts(partLength))
  }

  /// The payloads of a profile's APP2 segments.
  func profileParts(_ length: Int) -> [[UInt8]] {
    let parts = stride(from: 0, to: count, by: length).map { self[$0...].prefix(length) }
    return parts.enumerated().map { index, part in
      Array("ICC_PROFILE\0".utf8) + [UInt8(index + 1), UInt8(parts.count)] + part
    }
  }

  /// This PNG with chunks behind its header.
  func withChunks(_ chunks: [(type: String, data: [UInt8])]) -> [UInt8] {
    let headerEnd = 33
    let bytes = chunks.flatMap { chunk -> [UInt8] in
      let typed = Array(chunk.type.utf8) + chunk.data
      return UInt32(chunk.data.count).bigEndianBytes + typed
        + fixture_checksum(typed, typed.count).bigEndianBytes
    }
    return Array(prefix(headerEnd)) + bytes + dropFirst(headerEnd)
  }

  /// This profile as the data of an iCCP chunk.
  var packedProfile: [UInt8] {
    var count = 0
    let bytes = fixture_deflate(self, self.count, &count)
    defer { free(bytes) }
    return Array("a profile".utf8) + [0, 0] + UnsafeBufferPointer(start: bytes, count: count)
  }
}

extension UInt32 {
  var bigEndianBytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: self >> (24 - 8 * $0)) } }
}
