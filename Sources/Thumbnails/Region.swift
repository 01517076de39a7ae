/// A part of a picture, in its pixels; edges may lie between pixels.
struct Region: Equatable {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  /// The whole of a picture.
  init(whole size: PixelSize) {
    self.init(x: 0, y: 0, width: Double(size.width), height: Double(size.height))
  }

  init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// The part of the upright picture as a part of the stored one, which has `stored`'s size.
  func stored(in stored: PixelSize, orientation: Orientation) -> Region {
    let right = Double(stored.width) - x - width
    let bottom = Double(stored.height) - y - height
    let turnedRight = Double(stored.width) - y - height
    let turnedBottom = Double(stored.height) - x - width
    return switch orientation {
    case .upright: self
    case .mirrored: Region(x: right, y: y, width: width, height: height)
    case .upsideDown: Region(x: right, y: bottom, width: width, height: height)
    case .flipped: Region(x: x, y: bottom, width: width, height: height)
    case .transposed: Region(x: y, y: x, width: height, height: width)
    case .clockwise: Region(x: y, y: turnedBottom, width: height, height: width)
    case .transversed: Region(x: turnedRight, y: turnedBottom, width: height, height: width)
    case .counterclockwise: Region(x: turnedRight, y: x, width: height, height: width)
    }
  }

  /// The same part in coordinates where `whole` has its edge at zero and `size` pixels.
  func relative(to whole: Region, of size: PixelSize) -> Region {
    let across = Double(size.width) / whole.width
    let down = Double(size.height) / whole.height
    return Region(
      x: (x - whole.x) * across, y: (y - whole.y) * down, width: width * across,
      height: height * down)
  }

  /// Whether the other part lies inside this one, rounding errors aside.
  func contains(_ other: Region) -> Bool {
    // Far below what shows, far above what doubles lose at 65,535 pixels.
    let slack = 1e-6
    return other.x >= x - slack && other.y >= y - slack
      && other.x + other.width <= x + width + slack
      && other.y + other.height <= y + height + slack
  }
}
