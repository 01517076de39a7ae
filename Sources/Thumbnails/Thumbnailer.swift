import CImageCodecs

/// Makes thumbnails: the bytes of a JPEG, PNG or WebP in, the bytes of a small one out.
///
/// ```swift
/// let thumbnailer = Thumbnailer(options: ThumbnailOptions(size: size))
/// let thumbnail = try thumbnailer.thumbnail(of: bytes)
/// ```
///
/// Reads and writes no files and prints nothing; one value may be used by several threads at once. The same
/// bytes and options always give the same thumbnail. All that is kept between pictures is how to convert the
/// colour profiles seen last: one value for many pictures is faster than one for each.
///
/// The picture is decoded row by row and never held whole, except for progressive JPEG and interlaced PNG; see
/// ``ThumbnailOptions/maxDecoderBytes``. No metadata of the source is kept.
public struct Thumbnailer: Sendable {
  public let options: ThumbnailOptions
  private let colorTransforms: ColorTransformCache

  /// The longest side of a picture, in pixels. What is held of a streamed picture, and the filter's weights,
  /// grow with its sides, by some hundred bytes a pixel; no camera or scanner comes near, but a PNG's header may
  /// claim a row of 200 million.
  public static let maxSide = 1_000_000

  /// - Precondition: the quality is 1 ... 100 and the limits are positive.
  public init(options: ThumbnailOptions) {
    self.init(options: options, colorTransforms: ColorTransformCache())
  }

  /// A thumbnailer of other options that shares what this one knows about colour profiles.
  ///
  /// - Precondition: as for ``init(options:)``.
  public func with(_ options: ThumbnailOptions) -> Thumbnailer {
    Thumbnailer(options: options, colorTransforms: colorTransforms)
  }

  private init(options: ThumbnailOptions, colorTransforms: ColorTransformCache) {
    precondition((1...100).contains(options.quality), "quality must be 1...100")
    precondition(
      options.maxPixels > 0 && options.maxScans > 0 && options.maxDecoderBytes >= 0,
      "limits must be positive")
    self.options = options
    self.colorTransforms = colorTransforms
  }

  /// The thumbnail of a picture in memory. The bytes need to stay only until this returns.
  public func thumbnail(of bytes: [UInt8]) throws(ThumbnailError) -> Thumbnail {
    let result = bytes.withUnsafeBytes { raw in
      Result { () throws(ThumbnailError) in try thumbnail(of: raw) }
    }
    return try result.get()
  }

  /// The thumbnail of a picture in memory. The bytes need to stay only until this returns.
  ///
  /// - Throws: what is wrong with the picture, or that there is no memory.
  /// - Complexity: linear in the picture's pixels; the memory for a streamed picture grows with its sides and
  ///   the thumbnail's size only.
  public func thumbnail(of bytes: UnsafeRawBufferPointer) throws(ThumbnailError) -> Thumbnail {
    let decoder = try Self.decoder(for: bytes)
    try admit(decoder.header)
    let color = try ColorPlan(
      bytes, header: decoder.header, handling: options.icc, cache: colorTransforms)
    let canvas = try resized(color.applied(to: decoder), color)
      .upright(from: decoder.header.orientation)
    let pixels = canvas.hasAlpha && canvas.isOpaque ? canvas.droppingAlpha() : canvas
    let format = options.format.encoded(isOpaque: canvas.isOpaque)
    return Thumbnail(
      bytes: try pixels.encoded(
        as: format, quality: options.quality, tag: options.tag, icc: color.embedded),
      format: format, width: pixels.size.width, height: pixels.size.height,
      source: decoder.header.sourceInfo, warnings: decoder.warnings + color.warnings)
  }

  /// Part of what decides a thumbnail's bytes; raised whenever they change for equal options.
  public static let version = "0.1"

  /// Whether a file that begins with these bytes may be a picture that can be decoded.
  ///
  /// - Parameter head: the first 64 bytes, or all if there are fewer.
  public static func check(_ head: [UInt8]) throws(ThumbnailError) {
    switch head.withUnsafeBytes({ PictureFormat.sniff($0) }) {
    case .jpeg, .png: break
    case .webp: if !ThumbnailFormat.webp.isSupported { throw .unsupported("WebP isn't supported") }
    case .other(let name): throw .unsupported("\(name) isn't supported")
    case .empty: throw .empty
    case .unknown: throw .notAPicture("begins with \(PictureFormat.escaped(head))")
    }
  }

  private static func decoder(
    for bytes: UnsafeRawBufferPointer
  ) throws(ThumbnailError) -> any PictureDecoder {
    switch PictureFormat.sniff(bytes) {
    case .jpeg: return try JPEGDecoder(bytes)
    case .png: return try PNGDecoder(bytes)
    case .webp: return try WebPDecoder(bytes)
    case .other(let name): throw .unsupported("\(name) isn't supported")
    case .empty: throw .empty
    case .unknown: throw .notAPicture("begins with \(PictureFormat.escaped(bytes))")
    }
  }

  /// Judges the header, before anything is allocated that it decides.
  private func admit(_ header: PictureHeader) throws(ThumbnailError) {
    let size = header.size
    if max(size.width, size.height) > Self.maxSide {
      throw .tooLarge("\(size.width)x\(size.height), a side of more than \(Self.maxSide) pixels")
    }
    let (pixels, overflow) = size.width.multipliedReportingOverflow(by: size.height)
    if overflow || pixels > options.maxPixels {
      throw .tooLarge("\(size.width)x\(size.height), more than \(options.maxPixels) pixels")
    }
    if header.decoderBytes > options.maxDecoderBytes {
      throw .tooLarge(
        "needs \(header.decoderBytes) bytes to decode, more than \(options.maxDecoderBytes)")
    }
  }

  /// The picture as stored, at the thumbnail's size.
  private func resized(
    _ decoder: any PictureDecoder, _ color: ColorPlan
  ) throws(ThumbnailError) -> Canvas {
    let header = decoder.header
    let target = storedTarget(header)
    let grid = try decoder.start(for: target, options: options)
    let resizer = try Resizer(grid: grid, target: target)
    var canvas = Canvas(
      size: target, isGrey: header.layout.isGrey, finish: finish(for: header.layout))
    let convert = try color.rowConverter(width: target.width)
    let stride = grid.size.width * header.layout.channels * header.sampleBytes
    let rows: Memory<UInt8> = try Memory(count: stride * Resizer.batchRows)
    var row = 0
    while row < grid.size.height {
      let count = min(Resizer.batchRows, grid.size.height - row)
      try decoder.read(into: rows.start, stride: stride, count: count)
      resizer.push(
        rows.start, stride: stride, count: count, header: header, width: grid.size.width
      ) { canvas.append(convert?($0) ?? $0) }
      row += count
    }
    try decoder.finish()
    return canvas
  }

  private func finish(for layout: codec_layout) -> PixelFinish {
    if !layout.hasAlpha { return .opaque }
    return options.format == .jpeg ? .onWhite : .straight
  }

  /// The box applies to the upright picture; the pixels are turned last, when they are few.
  private func storedTarget(_ header: PictureHeader) -> PixelSize {
    guard header.orientation.swapsSides else { return header.size.fitted(into: options.size) }
    return header.size.transposed.fitted(into: options.size).transposed
  }
}
