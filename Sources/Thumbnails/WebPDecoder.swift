import CImageCodecs

/// libwebp behind ``PictureDecoder``. The bytes must outlive it.
///
/// libwebp gives no rows before it has decoded them all, but it reduces while it decodes, so that an opaque
/// picture takes the memory of the reduced one. Of an animation the first frame is shown.
final class WebPDecoder: PictureDecoder {
  let header: PictureHeader
  private(set) var warnings = 0

  private let bytes: UnsafeRawBufferPointer
  private let byteCount: Int
  /// By the file's own account.
  private let wholeByteCount: Int
  private let image: codec_webp_header
  /// Where an animation's frame lies on the canvas; `nil` when it fills it.
  private let place: WebPFrame?
  private var picture: Memory<UInt8>?
  private var stride = 0
  private var row = 0

  init(_ file: UnsafeRawBufferPointer) throws(ThumbnailError) {
    let whole = try Self.probe(file)
    let chunks = RIFFChunks(file: file)
    let canvas = PixelSize(width: Int(whole.width), height: Int(whole.height))
    if whole.animated {
      guard let frame = chunks.firstFrame else { throw .corrupt("an animation without a frame") }
      bytes = frame.data
      image = try Self.probe(frame.data)
      try Self.check(frame, image, canvas)
      place = frame.size == canvas ? nil : frame
    } else {
      bytes = file
      image = whole
      place = nil
    }
    byteCount = file.count
    wholeByteCount = RIFFChunks.fileLength(fromHead: Array(file.prefix(8))) ?? 0
    header = PictureHeader(
      format: .webp, size: canvas,
      orientation: chunks.exif.flatMap(Orientation.init(exif:)) ?? .upright,
      isProgressive: false, decoderBytes: Self.decoderBytes(canvas, image, isPlaced: place != nil),
      layout: image.has_alpha || place != nil ? CODEC_RGBA : CODEC_RGB, sampleBytes: 1)
  }

  private static func probe(
    _ bytes: UnsafeRawBufferPointer
  ) throws(ThumbnailError) -> codec_webp_header {
    var header = codec_webp_header()
    var report = codec_report()
    let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    let status = codec_webp_probe(start, bytes.count, &header, &report)
    if let error = ThumbnailError(status, &report) { throw error }
    return header
  }

  private static func check(
    _ frame: WebPFrame, _ image: codec_webp_header, _ canvas: PixelSize
  ) throws(ThumbnailError) {
    guard frame.size == PixelSize(width: Int(image.width), height: Int(image.height)),
      frame.x + frame.size.width <= canvas.width, frame.y + frame.size.height <= canvas.height
    else { throw .corrupt("a frame beyond the animation's canvas") }
  }

  /// The pixels, and what libwebp keeps of a lossless picture or an alpha channel. What a small thumbnail takes
  /// is less, but how small it will be isn't known yet.
  private static func decoderBytes(
    _ canvas: PixelSize, _ image: codec_webp_header, isPlaced: Bool
  ) -> Int {
    let hasAlpha = image.has_alpha || isPlaced
    let perPixel = (hasAlpha ? 4 : 3) + (image.lossless ? 4 : image.has_alpha ? 2 : 0)
    return canvas.width * canvas.height * perPixel
  }

  func start(for target: PixelSize, options: ThumbnailOptions) throws(ThumbnailError) -> RowGrid {
    try checkLength(lenient: options.lenient)
    let factor = factor(for: target)
    let size = WebPScale.reduced(header.size, by: factor)
    let channels = header.layout.channels
    stride = size.width * channels
    let picture: Memory<UInt8> = try Memory(count: stride * size.height)
    let image = place?.size ?? size
    let offset = place.map { $0.y * stride + $0.x * channels } ?? 0
    var report = codec_report()
    let status = codec_webp_decode(
      bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, UInt32(image.width),
      UInt32(image.height), header.layout, options.lenient, picture.start + offset, stride,
      &report)
    if let error = ThumbnailError(status, &report) { throw error }
    warnings = max(warnings, Int(report.warnings))
    self.picture = picture
    return RowGrid(
      size: size, coveredWidth: Double(size.width), coveredHeight: Double(size.height),
      reduction: Double(factor))
  }

  /// libwebp refuses a file that has lost its end, if only metadata. An animation's frame may be whole in one; it
  /// is held to the same.
  private func checkLength(lenient: Bool) throws(ThumbnailError) {
    if byteCount >= wholeByteCount { return }
    if !lenient { throw .truncated("\(byteCount) of \(wholeByteCount) bytes") }
    warnings = 1
  }

  /// libwebp reduces a lossy picture's colours without regard to its alpha, so that hidden ones would show at
  /// the edges.
  private func factor(for target: PixelSize) -> Int {
    let keepsAlphaApart = header.layout == CODEC_RGBA && !image.lossless
    return place != nil || keepsAlphaApart ? 1 : WebPScale.factor(from: header.size, to: target)
  }

  func read(
    into rows: UnsafeMutablePointer<UInt8>, stride rowStride: Int, count: Int
  ) throws(ThumbnailError) {
    guard let picture, (row + count) * stride <= picture.count else {
      throw .corrupt("fewer rows than announced")
    }
    for index in 0..<count {
      (rows + index * rowStride).update(
        from: picture.start + (row + index) * stride, count: stride)
    }
    row += count
  }

  func finish() {}
}

/// How far libwebp may reduce a picture before the resizer gets it.
enum WebPScale {
  /// The reduced picture has at least so many times the target's pixels in each direction. Its pixels are plain
  /// means, which blur more than a JPEG's.
  static let oversampling = 4

  /// A whole one: every pixel is the mean of equally many, but for the last ones.
  static func factor(from size: PixelSize, to target: PixelSize) -> Int {
    max(
      min(
        size.width / (oversampling * target.width), size.height / (oversampling * target.height)),
      1)
  }

  static func reduced(_ size: PixelSize, by factor: Int) -> PixelSize {
    PixelSize(
      width: (size.width + factor - 1) / factor, height: (size.height + factor - 1) / factor)
  }
}
