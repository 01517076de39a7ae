extension ThumbnailJob {
  /// What became of the picture. Files come in the order of the job's variants.
  public enum Result: Hashable, Sendable {
    /// At least one thumbnail was made.
    case made(Made)
    /// All thumbnails are there and right.
    case upToDate([File])
    /// ``Mode/ask``: at least one would be made.
    case due([File])
    /// There's no thumbnail.
    case failed(Failure)
    /// The picture's content is one of ``ThumbnailJob/quarantined``, this one: it wasn't decoded.
    case quarantined(ContentDigest)
  }

  /// One of the picture's thumbnails.
  public struct File: Hashable, Sendable {
    /// What became of one file.
    public enum State: UInt8, Sendable {
      /// It was made now.
      case made = 1
      /// It was there and right.
      case upToDate
      /// It would be made.
      case due
    }

    /// What became of it.
    public var state: State
    /// The box that the picture was to be fitted into.
    public var box: ThumbnailSize
    /// `nil` when it is due: the format is the finished thumbnail's.
    public var path: BytePath?
    /// `nil` when it is due.
    public var format: EncodedFormat?
    /// In pixels; `nil` unless it was made.
    public var size: PixelDimensions?
    /// The file's size; `nil` when it is due.
    public var byteCount: Int?
    /// Those that were asked for.
    public var placeholders = PlaceholderValues()
  }

  /// Width and height in pixels.
  public struct PixelDimensions: Hashable, Sendable {
    /// In pixels.
    public var width: Int
    /// In pixels.
    public var height: Int
  }

  /// Thumbnails that were made, and those of the same picture that were there.
  public struct Made: Hashable, Sendable {
    /// All variants, whether made now or there already.
    public var files: [File]
    /// The upright source's width in pixels.
    public var sourceWidth: Int
    /// The upright source's height in pixels.
    public var sourceHeight: Int
    /// The source's size in bytes.
    public var sourceByteCount: Int
    /// See ``Thumbnail/warnings``.
    public var warnings: Int
    /// See ``ThumbnailOptions/usePreview``.
    public var usedPreview: Bool
  }

  /// Why there's no thumbnail.
  public struct Failure: Hashable, Sendable {
    /// A stable word: ``ThumbnailError/kind``, or `unreadable`, `notRegular`, `unwritable`, `diskFull`.
    public var kind: String
    /// For people.
    public var message: String
  }
}

extension ThumbnailJob.File {
  /// A thumbnail that is there, or none.
  init(_ variant: ThumbnailVariant, stem: BytePath, _ current: ThumbnailMemory.Current?) {
    state = current == nil ? .due : .upToDate
    box = variant.size
    path = current.map { ThumbnailMemory.path(stem, $0.format) }
    format = current?.format
    byteCount = current?.byteCount
    placeholders = current?.placeholders ?? PlaceholderValues()
  }

  init(_ variant: ThumbnailVariant, path: BytePath, _ thumbnail: Thumbnail) {
    state = .made
    box = variant.size
    self.path = path
    format = thumbnail.format
    size = ThumbnailJob.PixelDimensions(width: thumbnail.width, height: thumbnail.height)
    byteCount = thumbnail.bytes.count
    placeholders = thumbnail.placeholders
  }
}
