import CImageCodecs

/// A few bytes that stand for a thumbnail while it loads.
public enum Placeholder: String, Sendable, Hashable, Codable, CaseIterable {
  /// A blurred picture in 5 to 25 bytes: Evan Wallace's ThumbHash (https://evanw.github.io/thumbhash/).
  case thumbhash
  /// The colour that most of the picture has, or is close to.
  case dominantColor
}

extension ThumbnailOptions {
  func thumbhash(of canvas: Canvas) -> String? {
    placeholders.contains(.thumbhash) ? Base64.encode(ThumbHash(of: canvas).bytes) : nil
  }

  func dominantColor(of canvas: Canvas) -> RGBColor? {
    placeholders.contains(.dominantColor) ? DominantColor(of: canvas).color : nil
  }
}

extension Canvas {
  /// The longest side that ThumbHash is defined for; and enough for a colour.
  private static let placeholderSide = 100

  /// No larger than placeholders are made from.
  func forPlaceholders() throws(ThumbnailError) -> Canvas {
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
