/// How thumbnails are to be made.
public struct ThumbnailOptions: Sendable, Hashable, Codable {
  /// The boxes that the upright picture is fitted into, one for each thumbnail; at least one.
  public var sizes: [ThumbnailSize]
  /// How it is fitted.
  public var fit: ThumbnailFit
  /// What ``ThumbnailFit/cover`` keeps.
  public var gravity: ThumbnailGravity
  /// Whether a thumbnail may be larger than the picture.
  public var enlarge: Bool
  /// JPEG quality, 1 ... 100, on libjpeg's scale.
  public var quality: Int
  /// How finely a JPEG keeps colours.
  public var subsampling: ChromaSubsampling
  /// Whether a JPEG shows itself coarse first and then finer. Smaller by a few percent from about 10 KB on,
  /// and slower to make and to decode.
  public var progressive: Bool
  /// What shows through a transparent picture that becomes a JPEG.
  public var background: RGBColor
  /// What the thumbnail is encoded as.
  public var format: ThumbnailFormat
  /// What is to stand for the thumbnail while it loads.
  public var placeholders: Set<Placeholder>
  /// The largest picture that is decoded, in pixels; judged by the header. No thumbnail has more either.
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
  /// What of the picture's metadata a thumbnail keeps. A block of more than 65,527 bytes, which a JPEG can't
  /// hold, or one that makes no sense, is left out.
  public var keep: Set<KeptMetadata>
  /// Whether a thumbnail may come from a preview that the camera put into the file, when that is at least as
  /// large as the thumbnail, of the same shape within 1 %, and not broken.
  ///
  /// Many times faster, and as good as the camera's preview is: often soft, strongly compressed, and not what
  /// the picture shows if a program changed that and forgot the preview. A fault in the picture itself goes
  /// unnoticed.
  public var usePreview: Bool
  /// Text that is embedded at the thumbnail's beginning.
  public var tag: ThumbnailTag?

  /// 80, on libjpeg's scale.
  public static let defaultQuality = 80
  /// 200 megapixels: more than cameras make, and a bound on the time that one picture costs.
  public static let defaultMaxPixels = 200_000_000
  /// 100: five times what optimisers make.
  public static let defaultMaxScans = 100
  /// 1 GiB: a progressive picture of 200 megapixels with subsampled chroma needs 600 MB.
  public static let defaultMaxDecoderBytes = 1 << 30

  /// The first of ``sizes``.
  public var size: ThumbnailSize {
    get { sizes[0] }
    set { sizes[0] = newValue }
  }

  /// Options for one thumbnail of each picture. Each parameter is the property of its name; ``problem`` says whether they
  /// go together.
  public init(
    size: ThumbnailSize,
    fit: ThumbnailFit = .contain,
    gravity: ThumbnailGravity = .center,
    enlarge: Bool = false,
    quality: Int = defaultQuality,
    subsampling: ChromaSubsampling = .yuv420,
    progressive: Bool = false,
    background: RGBColor = .white,
    format: ThumbnailFormat = .auto,
    placeholders: Set<Placeholder> = [],
    maxPixels: Int = defaultMaxPixels,
    maxScans: Int = defaultMaxScans,
    maxDecoderBytes: Int = defaultMaxDecoderBytes,
    lenient: Bool = false,
    icc: ICCHandling = .convert,
    keep: Set<KeptMetadata> = [],
    usePreview: Bool = false,
    tag: ThumbnailTag? = nil
  ) {
    self.sizes = [size]
    self.fit = fit
    self.gravity = gravity
    self.enlarge = enlarge
    self.quality = quality
    self.subsampling = subsampling
    self.progressive = progressive
    self.background = background
    self.format = format
    self.placeholders = placeholders
    self.maxPixels = maxPixels
    self.maxScans = maxScans
    self.maxDecoderBytes = maxDecoderBytes
    self.lenient = lenient
    self.icc = icc
    self.keep = keep
    self.usePreview = usePreview
    self.tag = tag
  }
}
