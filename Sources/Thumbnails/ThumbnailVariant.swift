/// One of the thumbnails that several sizes and densities ask for.
///
/// ```swift
/// let sizes = [ThumbnailSize("640x")!, ThumbnailSize("320")!]
/// let densities = [PixelDensity.one, PixelDensity("2")!]
/// for variant in try ThumbnailVariant.all(sizes: sizes, densities: densities) {
///   print(variant.size, variant.suffix)
///   // "640x .640x", "1280x .640x@2x", "320x320 .320", "640x640 .320@2x"
/// }
/// ```
public struct ThumbnailVariant: Sendable, Hashable {
  /// The box with the density applied.
  public let size: ThumbnailSize
  /// What tells the variant's file from the others': a dot, the box as it was asked for, and
  /// ``PixelDensity/suffix``. Empty when the variant is the only one.
  ///
  /// No suffix ends with another one of the same list, so that two pictures of different names never get
  /// thumbnails of the same name.
  public let suffix: String

  /// As long as a suffix gets, in bytes.
  public static let longestSuffix = ".65500x65500@9.99x".utf8.count
  /// The most variants that ``all(sizes:densities:)`` gives: a slip of the finger shall not fill a disk.
  public static let most = 64

  /// The only one.
  public init(_ size: ThumbnailSize) {
    self.init(size: size, suffix: "")
  }

  init(size: ThumbnailSize, suffix: String) {
    self.size = size
    self.suffix = suffix
  }

  /// Why sizes and densities don't go together.
  public enum Problem: Error, Sendable, Hashable, CustomStringConvertible {
    /// Their product is no ``ThumbnailSize``.
    case outOfRange(ThumbnailSize, PixelDensity)
    /// One suffix ends with the other: `.5x` and `.256@1.5x`.
    case alike(String, String)
    /// More than ``most``.
    case tooMany(Int)

    public var description: String {
      switch self {
      case .outOfRange(let size, let density):
        "\(size) times \(density) is more than \(ThumbnailSize.allowedSides.upperBound) pixels"
      case .alike(let one, let other):
        "names with \(one) and \(other) can't be told apart: ask for them in separate runs"
      case .tooMany(let count):
        "\(count) thumbnails of each picture are more than \(most)"
      }
    }
  }

  /// Each size at each density, the densities of a size together, in the order given. What is given twice
  /// comes once.
  public static func all(
    sizes: [ThumbnailSize], densities: [PixelDensity] = [.one]
  ) throws(Problem) -> [ThumbnailVariant] {
    let (sizes, densities) = (unique(sizes), unique(densities))
    let count = sizes.count * densities.count
    if count > most { throw .tooMany(count) }
    var variants: [ThumbnailVariant] = []
    for size in sizes {
      for density in densities {
        guard let scaled = density.scaled(size) else { throw .outOfRange(size, density) }
        let suffix = count == 1 ? "" : ".\(size.shortDescription)\(density.suffix)"
        variants.append(ThumbnailVariant(size: scaled, suffix: suffix))
      }
    }
    try refuseAlike(variants.map(\.suffix))
    return variants
  }

  private static func refuseAlike(_ suffixes: [String]) throws(Problem) {
    for one in suffixes {
      for other in suffixes where one != other && other.hasSuffix(one) {
        throw .alike(one, other)
      }
    }
  }

  private static func unique<Element: Hashable>(_ elements: [Element]) -> [Element] {
    var seen: Set<Element> = []
    return elements.filter { seen.insert($0).inserted }
  }
}

extension ThumbnailSize {
  /// As ``description``, but a square by one side: what people write.
  public var shortDescription: String {
    if let width, width == height { return "\(width)" }
    return description
  }
}
