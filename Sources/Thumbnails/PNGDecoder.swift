import CImageCodecs

/// libpng behind ``PictureDecoder``. The bytes must outlive it.
final class PNGDecoder: PictureDecoder {
  let header: PictureHeader
  private let handle: OpaquePointer

  init(_ bytes: UnsafeRawBufferPointer) throws(ThumbnailError) {
    guard let handle = codec_png_decoder_create() else {
      throw .outOfMemory("no PNG decoder")
    }
    var read = codec_png_header()
    let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    let status = codec_png_decoder_open(handle, start, bytes.count, &read)
    if let error = ThumbnailError(status, codec_png_decoder_report(handle)) {
      codec_png_decoder_free(handle)
      throw error
    }
    self.handle = handle
    header = PictureHeader(
      format: .png, size: PixelSize(width: Int(read.width), height: Int(read.height)),
      orientation: PNGChunks(bytes).exif.flatMap(Orientation.init(exif:)) ?? .upright,
      isProgressive: read.interlaced, decoderBytes: Int(clamping: read.picture_bytes),
      layout: read.layout, sampleBytes: Int(read.sample_bytes))
  }

  deinit {
    codec_png_decoder_free(handle)
  }

  var warnings: Int { Int(codec_png_decoder_report(handle).pointee.warnings) }

  func start(for target: PixelSize, options: ThumbnailOptions) throws(ThumbnailError) -> RowGrid {
    try check(codec_png_decoder_start(handle))
    return RowGrid(
      size: header.size, coveredWidth: Double(header.size.width),
      coveredHeight: Double(header.size.height))
  }

  func read(
    into rows: UnsafeMutablePointer<UInt8>, stride: Int, count: Int
  ) throws(ThumbnailError) {
    try check(codec_png_decoder_read(handle, rows, stride, UInt32(count)))
  }

  func finish() throws(ThumbnailError) {
    try check(codec_png_decoder_finish(handle))
  }

  private func check(_ status: codec_status) throws(ThumbnailError) {
    if let error = ThumbnailError(status, codec_png_decoder_report(handle)) { throw error }
  }
}
