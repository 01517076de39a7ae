import CImageCodecs

@testable import Thumbnails

/// What becomes of a JPEG at one DCT scale: the rows, or why there are none.
struct JPEGReading: Equatable {
  var status = CODEC_OK
  var warnings = 0
  var rows: [UInt8] = []

  /// - Parameter allScans: also those that no pixel depends on, as libjpeg does when it is left alone.
  init(
    _ bytes: [UInt8], eighths: Int, allScans: Bool, lenient: Bool = false, maxScans: Int = 100
  ) {
    guard let decoder = codec_jpeg_decoder_create() else { fatalError("no memory") }
    defer { codec_jpeg_decoder_free(decoder) }
    bytes.withUnsafeBufferPointer { bytes in
      var header = codec_jpeg_header()
      status = codec_jpeg_decoder_open(decoder, bytes.baseAddress, bytes.count, &header)
      if status == CODEC_OK {
        if allScans { codec_jpeg_decoder_choose(decoder, CODEC_JPEG_LIBJPEG) }
        read(decoder, header, eighths, lenient, maxScans)
      }
    }
    warnings = Int(codec_jpeg_decoder_report(decoder).pointee.warnings)
  }

  private mutating func read(
    _ decoder: OpaquePointer, _ header: codec_jpeg_header, _ eighths: Int, _ lenient: Bool,
    _ maxScans: Int
  ) {
    var width: UInt32 = 0
    var height: UInt32 = 0
    status = codec_jpeg_decoder_start(
      decoder, UInt32(eighths), UInt32(maxScans), lenient, &width, &height)
    guard status == CODEC_OK else { return }
    let stride = Int(width) * header.layout.channels
    rows = [UInt8](repeating: 0, count: stride * Int(height))
    status = rows.withUnsafeMutableBufferPointer {
      codec_jpeg_decoder_read(decoder, $0.baseAddress, stride, height)
    }
    if status == CODEC_OK { codec_jpeg_decoder_finish(decoder) } else { rows = [] }
  }
}
