import CImageCodecs

/// Makes thumbnails: the bytes of a JPEG or PNG in, the bytes of a small JPEG or PNG out.
///
/// ```swift
/// let thumbnailer = Thumbnailer(options: ThumbnailOptions(size: size))
/// let thumbnail = try thumbnailer.thumbnail(of: bytes)
/// ```
///
/// Reads and writes no files, prints nothing and keeps nothing between pictures; one value may be used by
/// several threads at once. The same bytes and options always give the same thumbnail.
///
/// The picture is decoded row by row and never held whole, except for progressive JPEG and interlaced PNG; see
/// ``ThumbnailOptions/maxDecoderBytes``. No metadata of the source is kept.
public struct Thumbnailer: Sendable {
  public let options: ThumbnailOptions

  /// - Precondition: ``ThumbnailOptions/problem`` is `nil`.
  public init(options: ThumbnailOptions) {
    if let problem = options.problem { preconditionFailure(problem) }
    self.options = options
  }

  /// The first of the sizes. The bytes need to stay only until this returns.
  public func thumbnail(of bytes: [UInt8]) throws(ThumbnailError) -> Thumbnail {
    let result = bytes.withUnsafeBytes { raw in
      Result { () throws(ThumbnailError) in try thumbnail(of: raw) }
    }
    return try result.get()
  }

  /// The first of the sizes. The bytes need to stay only until this returns.
  ///
  /// - Throws: what is wrong with the picture, or that there is no memory.
  /// - Complexity: linear in the picture's pixels; the memory for a streamed picture grows with its width
  ///   and the thumbnail's size only.
  public func thumbnail(of bytes: UnsafeRawBufferPointer) throws(ThumbnailError) -> Thumbnail {
    try thumbnails(of: bytes, sizes: [options.size])[0]
  }

  /// A thumbnail for each of the sizes, in their order. The bytes need to stay only until this returns.
  public func thumbnails(of bytes: [UInt8]) throws(ThumbnailError) -> [Thumbnail] {
    let result = bytes.withUnsafeBytes { raw in
      Result { () throws(ThumbnailError) in try thumbnails(of: raw) }
    }
    return try result.get()
  }

  /// A thumbnail for each of the sizes, in their order, from one decoding.
  ///
  /// The largest is the same, to the byte, as if it had been made alone. The others are made from the same
  /// decoding, or from the pixels of a thumbnail at least twice as large before these are rounded: they come
  /// close to the full picture's resize as a thumbnail made alone does, but some samples differ by one or two.
  ///
  /// - Throws: what is wrong with the picture, or that there is no memory; it is all or none.
  public func thumbnails(
    of bytes: UnsafeRawBufferPointer
  ) throws(ThumbnailError) -> [Thumbnail] {
    try thumbnails(of: bytes, sizes: options.sizes)
  }

  private func thumbnails(
    of bytes: UnsafeRawBufferPointer, sizes: [ThumbnailSize]
  ) throws(ThumbnailError) -> [Thumbnail] {
    let decoder = try Self.decoder(for: bytes)
    let header = decoder.header
    try admit(header)
    let frames = sizes.map { options.framing.frame(for: header.uprightSize, box: $0) }
    for frame in frames { try admit(frame) }
    let renderer = Renderer(header: header, frames: frames, options: options)
    var thumbnails: [Thumbnail] = []
    for canvas in try renderer.canvases(from: decoder) {
      thumbnails.append(try thumbnail(of: canvas, decoder: decoder))
    }
    return thumbnails
  }

  private func thumbnail(
    of canvas: Canvas, decoder: any PictureDecoder
  ) throws(ThumbnailError) -> Thumbnail {
    let asPNG = options.format == .png || options.format == .auto && !canvas.isOpaque
    let pixels = canvas.hasAlpha && canvas.isOpaque ? canvas.droppingAlpha() : canvas
    let format: EncodedFormat = asPNG ? .png : .jpeg
    let small = options.placeholders.isEmpty ? nil : try pixels.forPlaceholders()
    return Thumbnail(
      bytes: try pixels.encoded(as: format, options: options),
      format: format, width: pixels.size.width, height: pixels.size.height,
      source: decoder.header.sourceInfo, warnings: decoder.warnings,
      thumbhash: small.flatMap { options.thumbhash(of: $0) },
      dominantColor: small.flatMap { options.dominantColor(of: $0) })
  }

  private static func decoder(
    for bytes: UnsafeRawBufferPointer
  ) throws(ThumbnailError) -> any PictureDecoder {
    switch PictureFormat.sniff(bytes) {
    case .jpeg: return try JPEGDecoder(bytes)
    case .png: return try PNGDecoder(bytes)
    case .other(let name): throw .unsupported("\(name) isn't supported")
    case .empty: throw .empty
    case .unknown: throw .notAPicture("begins with \(PictureFormat.escaped(bytes))")
    }
  }

  /// Judges the header, before anything is allocated that it decides.
  private func admit(_ header: PictureHeader) throws(ThumbnailError) {
    let size = header.size
    let (pixels, overflow) = size.width.multipliedReportingOverflow(by: size.height)
    if overflow || pixels > options.maxPixels {
      throw .tooLarge("\(size.width)x\(size.height), more than \(options.maxPixels) pixels")
    }
    if header.decoderBytes > options.maxDecoderBytes {
      throw .tooLarge(
        "needs \(header.decoderBytes) bytes to decode, more than \(options.maxDecoderBytes)")
    }
  }

  /// Judges a thumbnail that is to be enlarged: a small picture can be asked to fill any memory.
  private func admit(_ frame: Frame) throws(ThumbnailError) {
    let size = frame.finalSize
    if size.pixels > options.maxPixels {
      throw .tooLarge(
        "a thumbnail of \(size.width)x\(size.height), more than \(options.maxPixels) pixels")
    }
  }
}
