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
/// ``ThumbnailOptions/maxDecoderBytes``. No metadata of the source is kept unless asked for.
public struct Thumbnailer: Sendable {
  /// How thumbnails are made.
  public let options: ThumbnailOptions
  let colorTransforms: ColorTransformCache

  /// The longest side of a picture, in pixels. What is held of a streamed picture, and the filter's weights,
  /// grow with its sides, by some hundred bytes a pixel; no camera or scanner comes near, but a PNG's header may
  /// claim a row of 200 million.
  public static let maxSide = 1_000_000

  /// A thumbnailer that knows no colour profile yet.
  ///
  /// - Parameter options: how thumbnails are made.
  /// - Precondition: ``ThumbnailOptions/problem`` is `nil`.
  public init(options: ThumbnailOptions) {
    self.init(options: options, colorTransforms: ColorTransformCache())
  }

  /// A thumbnailer of other options that shares what this one knows about colour profiles.
  ///
  /// - Parameter options: how its thumbnails are made.
  /// - Precondition: as for ``init(options:)``.
  public func with(_ options: ThumbnailOptions) -> Thumbnailer {
    Thumbnailer(options: options, colorTransforms: colorTransforms)
  }

  private init(options: ThumbnailOptions, colorTransforms: ColorTransformCache) {
    if let problem = options.problem { preconditionFailure(problem) }
    self.options = options
    self.colorTransforms = colorTransforms
  }

  /// The first of the sizes.
  ///
  /// - Parameter bytes: a whole JPEG, PNG or WebP file.
  /// - Throws: as ``thumbnail(of:)-(UnsafeRawBufferPointer)``.
  public func thumbnail(of bytes: [UInt8]) throws(ThumbnailError) -> Thumbnail {
    let result = bytes.withUnsafeBytes { raw in
      Result { () throws(ThumbnailError) in try thumbnail(of: raw) }
    }
    return try result.get()
  }

  /// The first of the sizes. The bytes need to stay only until this returns.
  ///
  /// - Parameter bytes: a whole JPEG, PNG or WebP file.
  /// - Throws: what is wrong with the picture, or that there is no memory.
  /// - Complexity: linear in the picture's pixels; the memory for a streamed picture grows with its sides and
  ///   the thumbnail's size only.
  public func thumbnail(of bytes: UnsafeRawBufferPointer) throws(ThumbnailError) -> Thumbnail {
    var one = options
    one.sizes = [options.size]
    return try with(one).thumbnails(of: bytes)[0]
  }

  /// A thumbnail for each of the sizes, in their order, from one decoding.
  ///
  /// - Parameter bytes: a whole JPEG, PNG or WebP file.
  /// - Throws: as ``thumbnails(of:)-(UnsafeRawBufferPointer)``.
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
  /// - Parameter bytes: a whole JPEG, PNG or WebP file; needed only until this returns.
  /// - Throws: what is wrong with the picture, or that there is no memory; it is all or none.
  public func thumbnails(
    of bytes: UnsafeRawBufferPointer
  ) throws(ThumbnailError) -> [Thumbnail] {
    let tag = options.tag
    let all = Labelling(isWanted: { _ in true }, tag: { _, _ in tag })
    return try thumbnails(of: bytes, all).compactMap(\.self)
  }

  /// A thumbnail for each of the sizes that is wanted.
  func thumbnails(
    of bytes: UnsafeRawBufferPointer, _ labelling: Labelling, admission: Admission = { _ in }
  ) throws(ThumbnailError) -> [Thumbnail?] {
    let decoder = try Self.decoder(for: bytes)
    let header = decoder.header
    try admit(header)
    let frames = options.sizes.map { options.framing.frame(for: header.uprightSize, box: $0) }
    for frame in frames { try admit(frame) }
    if let previewed = try previewed(bytes, decoder, frames, labelling, admission) {
      return previewed
    }
    try admission(Self.memoryNeeded(for: header, frames))
    let color = try ColorPlan(
      bytes, header: header, handling: options.icc, cache: colorTransforms)
    return try rendered(
      frames, from: decoder, color, Source(bytes: bytes, decoder: decoder), labelling)
  }

  /// Part of what decides a thumbnail's bytes; raised whenever they change for equal options.
  public static let version = "0.1"

  /// Whether a file that begins with these bytes may be a picture that can be decoded.
  ///
  /// - Parameter head: the first 64 bytes, or all if there are fewer.
  /// - Throws: ``ThumbnailError/unsupported(_:)``, ``ThumbnailError/empty`` or ``ThumbnailError/notAPicture(_:)``.
  public static func check(_ head: [UInt8]) throws(ThumbnailError) {
    switch head.withUnsafeBytes({ PictureFormat.sniff($0) }) {
    case .jpeg, .png: break
    case .webp: if !ThumbnailFormat.webp.isSupported { throw .unsupported("WebP isn't supported") }
    case .other(let name): throw .unsupported("\(name) isn't supported")
    case .empty: throw .empty
    case .unknown: throw .notAPicture("begins with \(PictureFormat.escaped(head))")
    }
  }

  static func decoder(
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

  /// Judges a thumbnail that is to be enlarged: a small picture can be asked to fill any memory.
  private func admit(_ frame: Frame) throws(ThumbnailError) {
    let size = frame.finalSize
    if size.pixels > options.maxPixels {
      throw .tooLarge(
        "a thumbnail of \(size.width)x\(size.height), more than \(options.maxPixels) pixels")
    }
  }
}
