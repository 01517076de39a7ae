import CImageCodecs

/// A few bytes that stand for a thumbnail while it loads.
public enum Placeholder: String, Sendable, Hashable, Codable, CaseIterable {
  /// A blurred picture in 5 to 25 bytes: Evan Wallace's ThumbHash (https://evanw.github.io/thumbhash/).
  case thumbhash
  /// The colour that most of the picture has, or is close to.
  case dominantColor
}

/// The placeholders of one thumbnail, as far as they were asked for.
public struct PlaceholderValues: Sendable, Hashable {
  /// The base64 text of a ThumbHash.
  public var thumbhash: String?
  /// `nil` also when every pixel is transparent.
  public var dominantColor: RGBColor?

  /// Values that are known.
  ///
  /// - Parameters:
  ///   - thumbhash: the base64 text of a ThumbHash.
  ///   - dominantColor: the colour that most of the picture has.
  public init(thumbhash: String? = nil, dominantColor: RGBColor? = nil) {
    self.thumbhash = thumbhash
    self.dominantColor = dominantColor
  }

  init(_ asked: Set<Placeholder>, of canvas: Canvas) throws(ThumbnailError) {
    if asked.isEmpty { return }
    let small = try canvas.forPlaceholders()
    if asked.contains(.thumbhash) { thumbhash = Base64.encode(ThumbHash(of: small).bytes) }
    if asked.contains(.dominantColor) { dominantColor = DominantColor(of: small).color }
  }
}

extension Canvas {
  /// The longest side that ThumbHash is defined for; and enough for a colour.
  private static let placeholderSide = 100

  /// No larger than placeholders are made from.
  fileprivate func forPlaceholders() throws(ThumbnailError) -> Canvas {
    let side = min(Self.placeholderSide, max(size.width, size.height))
    guard let box = ThumbnailSize(width: side, height: side) else { return self }
    return try resized(to: size.fitted(into: box))
  }

  private func resized(to target: PixelSize) throws(ThumbnailError) -> Canvas {
    if target == size { return self }
    let resizer = try Resizer(source: size, part: Region(whole: size), target: target)
    var small = Canvas(size: target, isGrey: isGrey, finish: finish)
    let stride = size.width * channels
    samples.withUnsafeBufferPointer { samples in
      guard let start = samples.baseAddress else { return }
      for first in Swift.stride(from: 0, to: size.height, by: Resizer.batchRows) {
        resizer.push(
          start + first * stride, stride: stride,
          count: min(Resizer.batchRows, size.height - first), layout: layout, sampleBytes: 1
        ) { small.append($0) }
      }
    }
    return small
  }
}
