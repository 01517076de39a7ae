/// Gives the rows of a picture's embedded preview in place of the picture's own.
final class PreviewDecoder: PictureDecoder {
  /// The picture's, with the preview's samples.
  let header: PictureHeader
  /// The preview's file.
  let bytes: UnsafeRawBufferPointer
  private let preview: JPEGDecoder

  /// Fails when the preview can't be read or doesn't stand for the picture.
  init?(_ bytes: UnsafeRawBufferPointer, of picture: PictureHeader) {
    guard let preview = try? JPEGDecoder(bytes), !preview.header.layout.isInk,
      !picture.layout.isInk, Self.isAlike(preview.header.size, picture.size),
      // The limits that the picture was held to hold for the preview.
      preview.header.size.width <= picture.size.width,
      preview.header.size.height <= picture.size.height
    else { return nil }
    self.bytes = bytes
    self.preview = preview
    var header = picture
    header.layout = preview.header.layout
    header.sampleBytes = preview.header.sampleBytes
    header.decoderBytes = preview.header.decoderBytes
    self.header = header
  }

  /// Within 1 %: previews have whole pixels, and those of old cameras black bars, which must not be shown.
  private static func isAlike(_ preview: PixelSize, _ picture: PixelSize) -> Bool {
    let (one, other) = (preview.width * picture.height, preview.height * picture.width)
    return abs(one - other) * 100 <= max(one, other)
  }

  var size: PixelSize { preview.header.size }
  var warnings: Int { preview.warnings }

  func start(for target: PixelSize, options: ThumbnailOptions) throws(ThumbnailError) -> RowGrid {
    try preview.start(for: target, options: options)
  }

  func read(
    into rows: UnsafeMutablePointer<UInt8>, stride: Int, count: Int
  ) throws(ThumbnailError) {
    try preview.read(into: rows, stride: stride, count: count)
  }

  func finish() throws(ThumbnailError) {
    preview.finish()
  }

  /// The smallest of a picture's previews that has at least `target`'s pixels.
  static func smallest(
    in bytes: UnsafeRawBufferPointer, of picture: PictureHeader, target: PixelSize
  ) -> PreviewDecoder? {
    EmbeddedPreviews(in: bytes, format: picture.format).previews
      .compactMap { PreviewDecoder($0, of: picture) }
      .filter { $0.size.width >= target.width && $0.size.height >= target.height }
      .min { $0.size.pixels < $1.size.pixels }
  }
}
