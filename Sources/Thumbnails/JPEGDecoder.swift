import CImageCodecs

/// libjpeg behind ``PictureDecoder``. The bytes must outlive it.
final class JPEGDecoder: PictureDecoder {
  let header: PictureHeader
  private let handle: OpaquePointer

  init(_ bytes: UnsafeRawBufferPointer) throws(ThumbnailError) {
    guard let handle = codec_jpeg_decoder_create() else {
      throw .outOfMemory("no JPEG decoder")
    }
    var read = codec_jpeg_header()
    let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    let status = codec_jpeg_decoder_open(handle, start, bytes.count, &read)
    if let error = ThumbnailError(status, codec_jpeg_decoder_report(handle)) {
      codec_jpeg_decoder_free(handle)
      throw error
    }
    self.handle = handle
    header = PictureHeader(
      format: .jpeg, size: PixelSize(width: Int(read.width), height: Int(read.height)),
      orientation: Self.orientation(read), isProgressive: read.progressive,
      decoderBytes: Int(read.coefficient_bytes), reducedBytes: Int(read.reduced_bytes),
      layout: read.layout, sampleBytes: 1)
  }

  deinit {
    codec_jpeg_decoder_free(handle)
  }

  var warnings: Int { Int(codec_jpeg_decoder_report(handle).pointee.warnings) }

  /// The first EXIF block that makes sense decides; editors append further ones.
  private static func orientation(_ read: codec_jpeg_header) -> Orientation {
    let starts = [read.exif.0, read.exif.1, read.exif.2, read.exif.3]
    let lengths = [read.exif_length.0, read.exif_length.1, read.exif_length.2, read.exif_length.3]
    for index in 0..<Int(read.exif_count) {
      let block = UnsafeRawBufferPointer(start: starts[index], count: lengths[index])
      if let orientation = Orientation(exif: block) { return orientation }
    }
    return .upright
  }

  func start(for target: PixelSize, options: ThumbnailOptions) throws(ThumbnailError) -> RowGrid {
    let eighths = DCTScale.eighths(from: header.size, to: target)
    var width: UInt32 = 0
    var height: UInt32 = 0
    try check(
      codec_jpeg_decoder_start(
        handle, UInt32(eighths), UInt32(clamping: options.maxScans), options.lenient, &width,
        &height))
    return RowGrid(
      size: PixelSize(width: Int(width), height: Int(height)),
      coveredWidth: Double(header.size.width * eighths) / 8,
      coveredHeight: Double(header.size.height * eighths) / 8, reduction: 8 / Double(eighths))
  }

  func read(
    into rows: UnsafeMutablePointer<UInt8>, stride: Int, count: Int
  ) throws(ThumbnailError) {
    try check(codec_jpeg_decoder_read(handle, rows, stride, UInt32(count)))
  }

  func finish() {
    codec_jpeg_decoder_finish(handle)
  }

  private func check(_ status: codec_status) throws(ThumbnailError) {
    if let error = ThumbnailError(status, codec_jpeg_decoder_report(handle)) { throw error }
  }
}
