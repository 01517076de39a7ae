/// What a thumbnail is to be encoded as.
public enum ThumbnailFormat: String, Sendable, Hashable, Codable, CaseIterable {
  /// PNG when a pixel of the finished thumbnail is not opaque, else JPEG.
  case auto
  /// JPEG; what is transparent shows the background.
  case jpeg
  /// PNG, with alpha when a pixel is not opaque.
  case png
}

/// What a thumbnail was encoded as.
public enum EncodedFormat: String, Sendable, Hashable, Codable, CaseIterable {
  case jpeg
  case png

  /// Without the dot.
  public var fileExtension: String {
    switch self {
    case .jpeg: "jpg"
    case .png: "png"
    }
  }
}
