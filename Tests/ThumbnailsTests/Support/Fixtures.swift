import CPictureFixtures
import Glibc
import Testing

@testable import Thumbnails

/// A JPEG of the tests' own making.
struct JPEGFixture: Sendable, CustomTestStringConvertible {
  var width = 96
  var height = 64
  var kind = FIXTURE_YCC
  var sampling = (1, 1)
  var quality = 95
  var progressive = false
  var separateScans = false
  var arithmetic = false
  var adobeMarker = true
  var restartRows = 0
  var exif: [UInt8]?
  /// In place of libjpeg's own; the file is then progressive.
  var scans: ScanScript?
  /// Red, green and blue, or grey, or cyan, magenta, yellow and black.
  var pixel: @Sendable (_ x: Int, _ y: Int) -> [UInt8] = Pattern.gradient

  var testDescription: String {
    "\(width)x\(height) kind \(kind.rawValue) sampling \(sampling)"
      + (progressive ? " progressive" : "") + (separateScans ? " separate scans" : "")
      + (arithmetic ? " arithmetic" : "")
      + (adobeMarker ? "" : " no Adobe marker") + (restartRows > 0 ? " restarts" : "")
      + (scans.map { " \($0.name)" } ?? "")
  }

  func encoded() -> [UInt8] {
    let samples = (0..<height).flatMap { y in (0..<width).flatMap { x in pixel(x, y) } }
    let app1 = exif.map { Array("Exif\0\0".utf8) + $0 }
    let scans = self.scans?.scans ?? []
    return samples.withUnsafeBufferPointer { samples in
      withOptionalPointer(app1) { app1, length in
        scans.withUnsafeBufferPointer { scans in
          var picture = fixture_jpeg(
            samples: samples.baseAddress, width: UInt32(width), height: UInt32(height), kind: kind,
            horizontal_sampling: Int32(sampling.0), vertical_sampling: Int32(sampling.1),
            quality: Int32(quality), progressive: progressive,
            separate_scans: separateScans, arithmetic: arithmetic,
            adobe_marker: adobeMarker, restart_rows: UInt32(restartRows), app1: app1,
            app1_length: UInt32(length), scans: scans.baseAddress, scan_count: Int32(scans.count))
          var count = 0
          return taken(fixture_jpeg_encode(&picture, &count), count)
        }
      }
    }
  }
}

/// A PNG of the tests' own making.
struct PNGFixture: Sendable, CustomTestStringConvertible {
  enum ColourType: Int32, Sendable, CaseIterable {
    case grey = 0
    case rgb = 2
    case palette = 3
    case greyAlpha = 4
    case rgba = 6

    var channels: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][rawValue]! }
    var depths: [Int] {
      switch self {
      case .grey: [1, 2, 4, 8, 16]
      case .palette: [1, 2, 4, 8]
      default: [8, 16]
      }
    }
  }

  var width = 33
  var height = 21
  var colourType = ColourType.rgb
  var depth = 8
  var interlaced = false
  /// Red, green and blue.
  var palette: [[UInt8]] = []
  var paletteAlpha: [UInt8] = []
  var transparentColour: [UInt16]?
  var exif: [UInt8]?
  /// As many samples as the colour type has channels, each below 2 to the power of `depth`.
  var pixel: @Sendable (_ x: Int, _ y: Int) -> [Int]

  var testDescription: String {
    "\(width)x\(height) \(colourType) \(depth) bit" + (interlaced ? " interlaced" : "")
      + (transparentColour == nil ? "" : " transparent \(transparentColour!)")
  }

  func encoded() -> [UInt8] {
    let rows = (0..<height).flatMap { y in Self.packed((0..<width).flatMap { pixel($0, y) }, depth)
    }
    let transparent = transparentColour.map { $0 + [0, 0] } ?? [0, 0, 0]
    let flatPalette = palette.flatMap { $0 }
    return rows.withUnsafeBufferPointer { rows in
      flatPalette.withUnsafeBufferPointer { flatPalette in
        paletteAlpha.withUnsafeBufferPointer { alpha in
          withOptionalPointer(exif) { exif, exifLength in
            var picture = fixture_png(
              rows: rows.baseAddress, width: UInt32(width), height: UInt32(height),
              colour_type: colourType.rawValue, bit_depth: Int32(depth), interlaced: interlaced,
              palette: flatPalette.baseAddress, palette_count: Int32(palette.count),
              palette_alpha: alpha.baseAddress, palette_alpha_count: Int32(alpha.count),
              has_transparent_colour: transparentColour != nil,
              transparent_colour: (transparent[0], transparent[1], transparent[2]), exif: exif,
              exif_length: UInt32(exifLength))
            var count = 0
            return taken(fixture_png_encode(&picture, &count), count)
          }
        }
      }
    }
  }

  /// A row's samples as bytes: the first one in the highest bits, 16 bits with the high byte first.
  static func packed(_ samples: [Int], _ depth: Int) -> [UInt8] {
    if depth == 16 { return samples.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] } }
    let perByte = 8 / depth
    return stride(from: 0, to: samples.count, by: perByte).map { start in
      (0..<perByte).reduce(0) { byte, index in
        let sample = start + index < samples.count ? UInt8(samples[start + index]) : 0
        return byte << depth | sample
      }
    }
  }
}

private func taken(_ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int) -> [UInt8] {
  defer { free(bytes) }
  return Array(UnsafeBufferPointer(start: bytes, count: count))
}

private func withOptionalPointer<Result>(
  _ bytes: [UInt8]?, _ body: (UnsafePointer<UInt8>?, Int) -> Result
) -> Result {
  guard let bytes else { return body(nil, 0) }
  return bytes.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
}
