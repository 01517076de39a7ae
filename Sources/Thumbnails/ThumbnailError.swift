/// Why there is no thumbnail. Each case's text tells the cause in words.
public enum ThumbnailError: Error, Sendable, Hashable, Codable {
  /// The file has no bytes.
  case empty
  /// The bytes are no picture of any known kind.
  case notAPicture(String)
  /// The bytes break the format's rules.
  case corrupt(String)
  /// The bytes end before the picture does.
  case truncated(String)
  /// Refused: more pixels or memory than the options or the format allow.
  case tooLarge(String)
  /// Refused: more scans than the options allow.
  case tooManyScans(String)
  /// A known format, or a kind of one, that isn't supported.
  case unsupported(String)
  /// The system had no memory to give; another time it may.
  case outOfMemory(String)

  /// What went wrong, in kinds that a caller treats alike.
  public enum Category: String, Sendable, Hashable, Codable {
    /// The file is at fault: try again with another.
    case brokenPicture
    /// The options don't allow it: it may be done with others.
    case refused
    /// This library can't do it.
    case unsupported
    /// The machine is at fault: it may be done another time.
    case systemFault
  }

  /// Which kind it is.
  public var category: Category {
    switch self {
    case .empty, .notAPicture, .corrupt, .truncated: .brokenPicture
    case .tooLarge, .tooManyScans: .refused
    case .unsupported: .unsupported
    case .outOfMemory: .systemFault
    }
  }

  /// A stable name for programs: the case's.
  public var kind: String {
    switch self {
    case .empty: "empty"
    case .notAPicture: "notAPicture"
    case .corrupt: "corrupt"
    case .truncated: "truncated"
    case .tooLarge: "tooLarge"
    case .tooManyScans: "tooManyScans"
    case .unsupported: "unsupported"
    case .outOfMemory: "outOfMemory"
    }
  }
}

extension ThumbnailError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .empty: "empty file"
    case .notAPicture(let what): "not a picture: \(what)"
    case .corrupt(let what): "corrupt: \(what)"
    case .truncated(let what): "truncated: \(what)"
    case .tooLarge(let what): "too large: \(what)"
    case .tooManyScans(let what): "too many scans: \(what)"
    case .unsupported(let what): what
    case .outOfMemory(let what): "out of memory: \(what)"
    }
  }
}
