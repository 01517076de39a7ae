/// A box that a picture is fitted into, in pixels. A side that is `nil` is free.
///
/// ```swift
/// ThumbnailSize("256")      // 256 x 256
/// ThumbnailSize("640x480")
/// ThumbnailSize("640x")     // 640 wide, as high as the picture's shape asks for
/// ThumbnailSize("x480")     // 480 high
/// ```
///
/// At least one side is given, and a given side is one of ``allowedSides``.
public struct ThumbnailSize: Sendable, Hashable {
  /// The sides that a box may have. 65,500 pixels is the longest side that JPEG encoders write.
  public static let allowedSides = 1...65_500

  /// In pixels; `nil` if it's free.
  public let width: Int?
  /// In pixels; `nil` if it's free.
  public let height: Int?

  /// 256 x 256, which is about what file managers and galleries show.
  public static let standard = ThumbnailSize(square: 256)

  private init(square side: Int) {
    width = side
    height = side
  }

  /// Fails when both sides are free or one is out of range.
  public init?(width: Int?, height: Int?) {
    if width == nil && height == nil { return nil }
    for side in [width, height] {
      if let side, !Self.allowedSides.contains(side) { return nil }
    }
    self.width = width
    self.height = height
  }

  /// Reads `N` (a square), `WxH`, `Wx` or `xH`, decimal digits only.
  public init?(_ argument: String) {
    let parts = argument.split(separator: "x", omittingEmptySubsequences: false)
    switch parts.count {
    case 1:
      guard let side = Self.side(parts[0]) else { return nil }
      self.init(width: side, height: side)
    case 2:
      let width = Self.side(parts[0])
      let height = Self.side(parts[1])
      if width == nil && !parts[0].isEmpty || height == nil && !parts[1].isEmpty { return nil }
      self.init(width: width, height: height)
    default:
      return nil
    }
  }

  private static func side(_ digits: Substring) -> Int? {
    // Int takes a sign, which makes no sense here.
    digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      ? Int(digits) : nil
  }
}

extension ThumbnailSize: CustomStringConvertible, Codable {
  /// `WxH`, with a free side left out; ``init(_:)`` reads it back.
  public var description: String {
    "\(width.map(String.init) ?? "")x\(height.map(String.init) ?? "")"
  }

  /// Reads what ``description`` says.
  ///
  /// - Throws: `DecodingError` if that's no size.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let size = Self(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a size")
    }
    self = size
  }

  /// Writes what ``description`` says.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
