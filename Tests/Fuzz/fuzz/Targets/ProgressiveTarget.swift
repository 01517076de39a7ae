import CImageCodecs

@testable import Thumbnails

extension FuzzTarget {
  /// A progressive JPEG without the scans that its scale doesn't need is the same picture as with them: pixel by
  /// pixel, and refused where libjpeg refuses it, except for damage inside of such scans.
  static let progressive = FuzzTarget(
    "progressive", seeds: ProgressiveSeeds.files
  ) { bytes, choices in
    let eighths = choices.one(of: [1, 1, 1, 2, 4, 8])
    let maxScans = choices.one(of: [20, 20, 4])
    let readings = [false, true].map { lenient in
      [false, true].map { allScans in
        JPEGReading(bytes, eighths, maxScans, lenient: lenient, allScans: allScans)
      }
    }
    for reading in readings { check(reading[0], against: reading[1]) }
    let (strict, lenientReference) = (readings[0][0], readings[1][1])
    if strict.isWhole, lenientReference.isWhole {
      require(strict.rows == lenientReference.rows, "damage that shows")
    }
  }

  private static func check(_ reading: JPEGReading, against reference: JPEGReading) {
    if reference.isWhole {
      require(reading.isWhole, "refused without some scans: \(reading.status)")
      require(reading.rows == reference.rows, "another picture without some scans")
      require(reading.warnings <= reference.warnings, "more warnings without some scans")
    } else if !reading.isWhole, reading.status != reference.status {
      // What libjpeg stumbles on first may be inside a scan that isn't read.
      require(reference.status == CODEC_CORRUPT, "\(reading.status) for \(reference.status)")
    }
  }
}

/// What becomes of a JPEG: its rows, or why there are none.
private struct JPEGReading {
  var status = CODEC_OK
  var warnings = 0
  var rows: [UInt8] = []

  var isWhole: Bool { status == CODEC_OK }

  /// More takes long and shows nothing that these don't.
  private static let mostPixels = 1 << 17

  init(
    _ bytes: UnsafeRawBufferPointer, _ eighths: Int, _ maxScans: Int, lenient: Bool, allScans: Bool
  ) {
    guard let decoder = codec_jpeg_decoder_create() else { fatalError("no decoder") }
    defer { codec_jpeg_decoder_free(decoder) }
    var header = codec_jpeg_header()
    let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    status = codec_jpeg_decoder_open(decoder, start, bytes.count, &header)
    if Int(header.width) * Int(header.height) > Self.mostPixels { status = CODEC_TOO_LARGE }
    if isWhole {
      if allScans { codec_jpeg_decoder_choose(decoder, CODEC_JPEG_LIBJPEG) }
      read(decoder, header, eighths, maxScans, lenient)
    }
    warnings = Int(codec_jpeg_decoder_report(decoder).pointee.warnings)
  }

  private mutating func read(
    _ decoder: OpaquePointer, _ header: codec_jpeg_header, _ eighths: Int, _ maxScans: Int,
    _ lenient: Bool
  ) {
    var width: UInt32 = 0
    var height: UInt32 = 0
    status = codec_jpeg_decoder_start(
      decoder, UInt32(eighths), UInt32(maxScans), lenient, &width, &height)
    guard isWhole else { return }
    let stride = Int(width) * header.layout.channels
    rows = [UInt8](repeating: 0, count: stride * Int(height))
    status = rows.withUnsafeMutableBufferPointer {
      codec_jpeg_decoder_read(decoder, $0.baseAddress, stride, height)
    }
    if isWhole { codec_jpeg_decoder_finish(decoder) }
  }
}
