/// What a thumbnail is to be encoded as.
public enum ThumbnailFormat: String, Sendable, Hashable, Codable, CaseIterable {
  /// PNG when a pixel of the finished thumbnail is not opaque, else JPEG.
  case auto
  /// JPEG; what is transparent shows the background.
  case jpeg
  /// PNG, with alpha when a pixel is not opaque.
  case png
  /// Lossy WebP, with alpha when a pixel is not opaque. Fails as unsupported in a build without the package
  /// trait `WebP`; see ``isSupported``.
  case webp

  func encoded(isOpaque: Bool) -> EncodedFormat {
    switch self {
    case .auto: isOpaque ? .jpeg : .png
    case .jpeg: .jpeg
    case .png: .png
    case .webp: .webp
    }
  }

  /// Whether this build can write it.
  public var isSupported: Bool {
    #if WebP
      true
    #else
      self != .webp
    #endif
  }
}

/// What a thumbnail was encoded as.
public enum EncodedFormat: String, Sendable, Hashable, Codable, CaseIterable {
  /// JPEG.
  case jpeg
  /// PNG.
  case png
  /// Lossy WebP.
  case webp

  /// What a file's name ends with, without the dot: `jpg`, `png` or `webp`.
  public var fileExtension: String {
    switch self {
    case .jpeg: "jpg"
    case .png: "png"
    case .webp: "webp"
    }
  }
}
