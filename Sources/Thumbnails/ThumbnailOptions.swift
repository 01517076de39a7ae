/// How thumbnails are to be made.
public struct ThumbnailOptions: Sendable, Hashable, Codable {
  /// The box that the upright picture is fitted into. A picture is never enlarged.
  public var size: ThumbnailSize
  /// JPEG quality, 1 ... 100, on libjpeg's scale.
  public var quality: Int
  public var format: ThumbnailFormat
  /// The largest picture that is decoded, in pixels; judged by the header.
  public var maxPixels: Int
  /// The most scans that a JPEG may have. Common progressive files have 10, optimisers make up to about 20;
  /// a file of thousands of empty ones costs minutes.
  public var maxScans: Int
  /// The most memory, in bytes, that a decoder may need to hold a picture that can't be streamed
  /// (progressive JPEG, interlaced PNG, WebP); judged by the header.
  public var maxDecoderBytes: Int
  /// Whether a truncated or corrupt JPEG or WebP gives a thumbnail of what could be decoded, with
  /// ``Thumbnail/warnings`` above zero, instead of an error.
  public var lenient: Bool
  /// What becomes of the picture's ICC profile and the colours that it describes.
  public var icc: ICCHandling
  /// Text that is embedded at the thumbnail's beginning.
  public var tag: ThumbnailTag?

  public static let defaultQuality = 80
  public static let defaultMaxPixels = 200_000_000
  public static let defaultMaxScans = 100
  /// 1 GiB: a progressive picture of 200 megapixels with subsampled chroma needs 600 MB.
  public static let defaultMaxDecoderBytes = 1 << 30

  public init(
    size: ThumbnailSize,
    quality: Int = defaultQuality,
    format: ThumbnailFormat = .auto,
    maxPixels: Int = defaultMaxPixels,
    maxScans: Int = defaultMaxScans,
    maxDecoderBytes: Int = defaultMaxDecoderBytes,
    lenient: Bool = false,
    icc: ICCHandling = .convert,
    tag: ThumbnailTag? = nil
  ) {
    self.size = size
    self.quality = quality
    self.format = format
    self.maxPixels = maxPixels
    self.maxScans = maxScans
    self.maxDecoderBytes = maxDecoderBytes
    self.lenient = lenient
    self.icc = icc
    self.tag = tag
  }
}
