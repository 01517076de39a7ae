/// A picture's width and height in pixels, at least 1 each.
struct PixelSize: Equatable {
  var width: Int
  var height: Int

  var transposed: PixelSize { PixelSize(width: height, height: width) }

  /// The largest size of this shape inside `box`, and unless `enlarging` never larger than the picture itself.
  /// Each side is rounded to the nearest pixel (halves up) and at least 1.
  func fitted(into box: ThumbnailSize, enlarging: Bool = false) -> PixelSize {
    let limit = enlarging ? ThumbnailSize.allowedSides.upperBound : 1
    let boxWidth = min(box.width ?? .max, max(width, limit))
    let boxHeight = min(box.height ?? .max, max(height, limit))
    // boxWidth / width <= boxHeight / height, without fractions: the width is what limits.
    if boxWidth * height <= boxHeight * width {
      return PixelSize(width: boxWidth, height: Self.scaled(height, by: boxWidth, over: width))
    }
    return PixelSize(width: Self.scaled(width, by: boxHeight, over: height), height: boxHeight)
  }

  private static func scaled(_ side: Int, by numerator: Int, over denominator: Int) -> Int {
    max(1, (2 * side * numerator + denominator) / (2 * denominator))
  }
}
