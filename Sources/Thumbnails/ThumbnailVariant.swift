/// One of the thumbnails that several sizes and densities ask for.
///
/// ```swift
/// let sizes = [ThumbnailSize("640x")!, ThumbnailSize("320x")!]
/// let densities = [PixelDensity.one, PixelDensity("2")!]
/// for variant in try ThumbnailVariant.all(sizes: sizes, densities: densities) {
///   print(variant.size, variant.suffix)  // "640x -640x", "1280x -640x@2x", "320x -320x", "640x -320x@2x"
/// }
/// ```
public struct ThumbnailVariant: Sendable, Hashable {
  /// The box with the density applied.
  public let size: ThumbnailSize
  /// What tells the variant's file from the others': `-` and the box as it was asked for, when there is more
  /// than one, then ``PixelDensity/suffix``. Empty when there is one size at density 1.
  public let suffix: String

  /// A size and a density whose product is no ``ThumbnailSize``.
  public struct OutOfRange: Error, Sendable, Hashable, CustomStringConvertible {
    public let size: ThumbnailSize
    public let density: PixelDensity

    public var description: String {
      "\(size) times \(density) is more than \(ThumbnailSize.allowedSides.upperBound) pixels"
    }
  }

  /// Each size at each density, the densities of a size together, in the order given. What is given twice
  /// comes once, so that no two variants have the same suffix.
  public static func all(
    sizes: [ThumbnailSize], densities: [PixelDensity] = [.one]
  ) throws(OutOfRange) -> [ThumbnailVariant] {
    var variants: [ThumbnailVariant] = []
    let uniqueSizes = unique(sizes)
    for size in uniqueSizes {
      let name = uniqueSizes.count > 1 ? "-\(size)" : ""
      for density in unique(densities) {
        guard let scaled = density.scaled(size) else {
          throw OutOfRange(size: size, density: density)
        }
        variants.append(ThumbnailVariant(size: scaled, suffix: name + density.suffix))
      }
    }
    return variants
  }

  private static func unique<Element: Hashable>(_ elements: [Element]) -> [Element] {
    var seen: Set<Element> = []
    return elements.filter { seen.insert($0).inserted }
  }
}
