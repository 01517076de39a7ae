/// How many pixels a screen has for each of CSS's: 1 for an old screen, 2 and 3 for newer ones.
public struct PixelDensity: Sendable, Hashable {
  /// No screen has more than 5; 10 leaves room.
  public static let allowed = 0.5...10.0

  /// Hundredths, so that equal densities compare equal.
  private let hundredths: Int

  /// One pixel of the thumbnail for one of the page.
  public static let one = PixelDensity(hundredths: 100)

  /// Reads a decimal number such as `2` or `1.5`, with two digits after the point at most, in ``allowed``.
  public init?(_ argument: String) {
    let parts = argument.split(separator: ".", omittingEmptySubsequences: false)
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard parts.count <= 2,
      parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(digits.contains) }),
      let whole = Int(parts[0]), whole <= Int(Self.allowed.upperBound)
    else { return nil }
    let fraction = parts.count == 2 ? parts[1] : "0"
    guard fraction.count <= 2, let parsed = Int(fraction) else { return nil }
    let hundredths = whole * 100 + (fraction.count == 1 ? parsed * 10 : parsed)
    guard Self.allowed.contains(Double(hundredths) / 100) else { return nil }
    self.init(hundredths: hundredths)
  }

  private init(hundredths: Int) {
    self.hundredths = hundredths
  }

  /// A box so many times as large, its sides rounded to the nearest pixel (halves up); `nil` when one gets out
  /// of ``ThumbnailSize/allowedSides``.
  public func scaled(_ size: ThumbnailSize) -> ThumbnailSize? {
    ThumbnailSize(width: size.width.map(scaled), height: size.height.map(scaled))
  }

  private func scaled(_ side: Int) -> Int {
    max(1, (side * hundredths + 50) / 100)
  }

  /// What marks a file of this density, as web developers and Apple's systems write it: `@2x`, `@1.5x`;
  /// nothing for 1.
  public var suffix: String {
    self == .one ? "" : "@\(description)x"
  }
}

extension PixelDensity: CustomStringConvertible {
  /// Without zeros at the end; ``init(_:)`` reads it back.
  public var description: String {
    let (whole, rest) = (hundredths / 100, hundredths % 100)
    if rest == 0 { return "\(whole)" }
    if rest % 10 == 0 { return "\(whole).\(rest / 10)" }
    return "\(whole)." + (rest < 10 ? "0" : "") + "\(rest)"
  }
}
