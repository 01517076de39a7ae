import CPictureFixtures
import Glibc

@testable import Thumbnails

/// Small pictures of every kind.
enum PictureSeeds {
  static let pngWords = [
    "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "eXIf", "iCCP", "sRGB", "gAMA", "cHRM", "cICP", "tEXt",
    "acTL", "fcTL", "fdAT",
  ]
  static func all() -> [[UInt8]] { jpegs() + pngs() + WebPSeeds.files() }

  // MARK: - JPEG

  private struct JPEG {
    var kind = FIXTURE_YCC
    var sampling: (Int32, Int32) = (2, 2)
    var progressive = false
    var separateScans = false
    var arithmetic = false
    var restartRows: UInt32 = 0
    var app1: [UInt8] = []
  }

  static func jpegs() -> [[UInt8]] {
    let preview = jpeg(JPEG(), width: 16, height: 11)
    let exif = Array("Exif\0\0".utf8) + ExifSeeds.block(preview: preview)
    let kinds = [
      JPEG(), JPEG(kind: FIXTURE_GREY, sampling: (1, 1)), JPEG(sampling: (1, 1), progressive: true),
      JPEG(sampling: (2, 1), separateScans: true), JPEG(arithmetic: true), JPEG(restartRows: 1),
      JPEG(kind: FIXTURE_CMYK, sampling: (1, 1)), JPEG(kind: FIXTURE_YCCK, progressive: true),
      JPEG(kind: FIXTURE_RGB, sampling: (1, 1)), JPEG(progressive: true, arithmetic: true),
      JPEG(app1: exif),
    ]
    let plain = jpeg(JPEG(), width: 20, height: 13)
    let profile = ProfileSeeds.profile(FIXTURE_PROFILE_P3)
    let part = Array("ICC_PROFILE\0".utf8) + [1, 1] + profile
    let index = Array("MPF\0".utf8) + ExifSeeds.pictureIndex(at: 0, length: plain.count)
    let files =
      kinds.map { jpeg($0, width: 37, height: 25) }
      + [withSegment(0xE2, part, plain), withSegment(0xE2, index, plain) + preview]
    return variations(files)
  }

  private static func withSegment(_ marker: UInt8, _ payload: [UInt8], _ file: [UInt8]) -> [UInt8] {
    let length = payload.count + 2
    return file.prefix(2) + [0xFF, marker, UInt8(length >> 8), UInt8(length & 255)] + payload
      + file.dropFirst(2)
  }

  private static func jpeg(_ way: JPEG, width: Int, height: Int) -> [UInt8] {
    let channels = [FIXTURE_GREY: 1, FIXTURE_CMYK: 4, FIXTURE_YCCK: 4][way.kind] ?? 3
    let pixels = samples(width * height * channels)
    return way.app1.withUnsafeBufferPointer { app1 in
      pixels.withUnsafeBufferPointer { pixels in
        var picture = fixture_jpeg()
        picture.samples = pixels.baseAddress
        picture.width = UInt32(width)
        picture.height = UInt32(height)
        picture.kind = way.kind
        picture.horizontal_sampling = way.sampling.0
        picture.vertical_sampling = way.sampling.1
        picture.quality = 60
        picture.progressive = way.progressive
        picture.separate_scans = way.separateScans
        picture.arithmetic = way.arithmetic
        picture.adobe_marker = true
        picture.restart_rows = way.restartRows
        picture.app1 = app1.isEmpty ? nil : app1.baseAddress
        picture.app1_length = UInt32(app1.count)
        var count = 0
        return taken(fixture_jpeg_encode(&picture, &count), count)
      }
    }
  }

  // MARK: - PNG

  static func pngs() -> [[UInt8]] {
    let kinds: [(colourType: Int32, depth: Int32)] = [
      (0, 1), (0, 4), (0, 16), (2, 8), (2, 16), (3, 2), (3, 8), (4, 8), (6, 8), (6, 16),
    ]
    let plain = kinds.map { png($0.colourType, $0.depth, interlaced: false) }
    let interlaced = kinds.suffix(3).map { png($0.colourType, $0.depth, interlaced: true) }
    let profile =
      Array("P3".utf8) + [0, 0] + ProfileSeeds.deflated(ProfileSeeds.profile(FIXTURE_PROFILE_P3))
    let chromaticities = [31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000].flatMap(bigEndian)
    let chunks: [[(String, [UInt8])]] = [
      [("iCCP", profile)], [("gAMA", bigEndian(55556)), ("cHRM", chromaticities)],
      [("cICP", [12, 13, 0, 1])], [("eXIf", ExifSeeds.block())], [("sRGB", [0])],
    ]
    return variations(plain + interlaced + chunks.map { withChunks($0, plain[3]) })
  }

  private static func png(_ colourType: Int32, _ depth: Int32, interlaced: Bool) -> [UInt8] {
    let channels = [2: 3, 4: 2, 6: 4][Int(colourType)] ?? 1
    let (width, height) = (21, 14)
    let rows = samples((width * channels * Int(depth) + 7) / 8 * height)
    let palette = samples(1 << min(depth, 8) * 3)
    return rows.withUnsafeBufferPointer { rows in
      palette.withUnsafeBufferPointer { palette in
        var picture = fixture_png()
        picture.rows = rows.baseAddress
        picture.width = UInt32(width)
        picture.height = UInt32(height)
        picture.colour_type = colourType
        picture.bit_depth = depth
        picture.interlaced = interlaced
        if colourType == 3 {
          picture.palette = palette.baseAddress
          picture.palette_count = Int32(palette.count / 3)
          picture.palette_alpha = palette.baseAddress
          picture.palette_alpha_count = 2
        }
        picture.has_transparent_colour = colourType == 2 || colourType == 0 && depth > 8
        var count = 0
        return taken(fixture_png_encode(&picture, &count), count)
      }
    }
  }

  private static func withChunks(_ chunks: [(type: String, data: [UInt8])], _ file: [UInt8])
    -> [UInt8]
  {
    let bytes = chunks.flatMap { chunk in
      let typed = Array(chunk.type.utf8) + chunk.data
      return bigEndian(chunk.data.count) + typed
        + bigEndian(Int(fixture_checksum(typed, typed.count)))
    }
    let headerEnd = 33
    return file.prefix(headerEnd) + bytes + file.dropFirst(headerEnd)
  }

  static func bigEndian(_ number: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  // MARK: - Parts

  /// Smooth, with some noise.
  static func samples(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 * 3 + ($0 &* 0x9E37_79B9) >> 20 & 7) }
  }

  static func taken(_ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int) -> [UInt8] {
    defer { free(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  /// With different choices.
  static func variations(_ files: [[UInt8]]) -> [[UInt8]] {
    files.enumerated().map { index, file in
      file + FrameSeeds.choices(index % 3, index % 11, 6, 5, 7, index, index * 37 % 256)
    }
  }
}
