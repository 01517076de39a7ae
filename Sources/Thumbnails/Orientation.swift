/// How a stored picture must be turned to stand upright: EXIF 2.3, tag 0x0112.
enum Orientation: Int, CaseIterable {
  case upright = 1
  case mirrored = 2
  case upsideDown = 3
  case flipped = 4
  case transposed = 5
  /// Turned by 90 degrees clockwise to stand upright.
  case clockwise = 6
  case transversed = 7
  case counterclockwise = 8

  var swapsSides: Bool { rawValue >= Self.transposed.rawValue }

  /// Where the upright picture's pixel (x, y) lies in the stored one, which has `stored`'s size.
  func storedPosition(x: Int, y: Int, stored: PixelSize) -> (x: Int, y: Int) {
    let right = stored.width - 1
    let bottom = stored.height - 1
    return switch self {
    case .upright: (x, y)
    case .mirrored: (right - x, y)
    case .upsideDown: (right - x, bottom - y)
    case .flipped: (x, bottom - y)
    case .transposed: (y, x)
    case .clockwise: (y, bottom - x)
    case .transversed: (right - y, bottom - x)
    case .counterclockwise: (right - y, x)
    }
  }
}
