/// A finished thumbnail.
public struct Thumbnail: Sendable, Hashable {
  /// The encoded file.
  public let bytes: [UInt8]
  /// What the bytes are.
  public let format: EncodedFormat
  /// In pixels, at least 1.
  public let width: Int
  /// In pixels, at least 1.
  public let height: Int
  /// The picture that it shows.
  public let source: SourceInfo
  /// How many oddities the decoder saw that cost no pixel, or, with ``ThumbnailOptions/lenient``, that did.
  public let warnings: Int
  /// What ``ThumbnailOptions/placeholders`` asks for.
  public let placeholders: PlaceholderValues
  /// Whether it was made from a preview inside the picture's file; see ``ThumbnailOptions/usePreview``.
  public let usedPreview: Bool

  /// The base64 text of its ThumbHash; `nil` unless it was asked for.
  public var thumbhash: String? { placeholders.thumbhash }
  /// `nil` unless it was asked for, or when every pixel is transparent.
  public var dominantColor: RGBColor? { placeholders.dominantColor }
}

/// What a picture's header tells.
public struct SourceInfo: Sendable, Hashable, Codable {
  /// The formats that can be decoded.
  public enum Format: String, Sendable, Hashable, Codable {
    /// JPEG, baseline or progressive.
    case jpeg
    /// PNG, of an animation the picture that stands for it.
    case png
    /// WebP, of an animation its first frame.
    case webp
  }

  /// What the picture is by its bytes, whatever its name says.
  public let format: Format
  /// In pixels, of the upright picture: with the orientation applied.
  public let width: Int
  /// In pixels, of the upright picture.
  public let height: Int
  /// EXIF's number, 1 ... 8; 1 when the file has none.
  public let orientation: Int
  /// Progressive JPEG or interlaced PNG.
  public let isProgressive: Bool
  /// What the decoder must hold of a picture that can't be streamed, in bytes; else 0.
  public let decoderBytes: Int
}
