/// How a picture is to be fitted into a box.
struct Framing: Equatable {
  var fit: ThumbnailFit
  var gravity: ThumbnailGravity
  var enlarge: Bool

  /// The frame for an upright picture of `size`.
  ///
  /// - Precondition: both sides of the box are given where the fit needs them.
  func frame(for size: PixelSize, box: ThumbnailSize) -> Frame {
    switch fit {
    case .contain:
      return Frame(whole: size, target: size.fitted(into: box, enlarging: enlarge))
    case .exact:
      let asked = PixelSize(width: box.width ?? size.width, height: box.height ?? size.height)
      return Frame(whole: size, target: enlarge ? asked : asked.clamped(to: size))
    case .cover:
      let asked = PixelSize(width: box.width ?? size.width, height: box.height ?? size.height)
      return covering(asked, with: size)
    }
  }

  private func covering(_ box: PixelSize, with size: PixelSize) -> Frame {
    let isTooSmall = box.width > size.width || box.height > size.height
    let part =
      isTooSmall && !enlarge
      // Whole pixels, so that they are only cut out and none is blurred.
      ? size.largestPart(shapedLike: box)
      : Extent(largestPartOf: size, shapedLike: box)
    let target =
      isTooSmall && !enlarge
      ? PixelSize(width: Int(part.width), height: Int(part.height)) : box
    if gravity == .smart { return looking(for: part, of: size, target: target) }
    return Frame(region: placed(part, in: size), target: target, window: nil)
  }

  /// Where the part goes can be told only when the whole picture has been seen.
  private func looking(for part: Extent, of size: PixelSize, target: PixelSize) -> Frame {
    // The whole picture at the scale that makes the part as large as the target: the part is then cut out by
    // whole pixels. Enlarged it is only after that, when it is small.
    let filled = PixelSize(
      width: Extent.pixels(Double(size.width) * Double(target.width) / part.width),
      height: Extent.pixels(Double(size.height) * Double(target.height) / part.height))
    let isEnlarged = filled.width > size.width || filled.height > size.height
    let whole = isEnlarged ? size : filled
    let window =
      isEnlarged
      ? part : Extent(width: Double(target.width), height: Double(target.height))
    return Frame(
      region: Region(whole: size), target: whole, window: Window(extent: window, target: target))
  }

  private func placed(_ part: Extent, in size: PixelSize) -> Region {
    let spare = Extent(
      width: Double(size.width) - part.width, height: Double(size.height) - part.height)
    let isWhole = part.width == part.width.rounded() && part.height == part.height.rounded()
    let x = spare.width * gravity.left
    let y = spare.height * gravity.top
    return Region(
      x: isWhole ? x.rounded(.down) : x, y: isWhole ? y.rounded(.down) : y, width: part.width,
      height: part.height)
  }
}

/// A width and a height in pixels and parts of them.
struct Extent: Equatable {
  var width: Double
  var height: Double
}

extension Extent {
  /// The largest part of a picture that has a box's shape.
  init(largestPartOf size: PixelSize, shapedLike box: PixelSize) {
    // box.width / size.width >= box.height / size.height: the width is what limits.
    if box.width * size.height >= box.height * size.width {
      width = Double(size.width)
      height = Double(box.height * size.width) / Double(box.width)
    } else {
      width = Double(box.width * size.height) / Double(box.height)
      height = Double(size.height)
    }
  }

  static func pixels(_ length: Double) -> Int {
    max(1, Int(length.rounded()))
  }
}

extension PixelSize {
  func clamped(to size: PixelSize) -> PixelSize {
    PixelSize(width: min(width, size.width), height: min(height, size.height))
  }

  /// The largest part of a box's shape, in whole pixels.
  fileprivate func largestPart(shapedLike box: PixelSize) -> Extent {
    let part = Extent(largestPartOf: self, shapedLike: box)
    return Extent(
      width: Double(Extent.pixels(part.width)), height: Double(Extent.pixels(part.height)))
  }
}
