/// How a picture fills a ``ThumbnailSize``.
///
/// Box and picture are meant upright: with the orientation applied.
public enum ThumbnailFit: String, Sendable, Hashable, Codable, CaseIterable {
  /// The whole picture inside the box, its shape kept. One side may end up smaller than the box's.
  case contain
  /// The box filled, the picture's shape kept, and what sticks out cut off; ``ThumbnailGravity`` says where.
  /// Both sides of the box must be given.
  ///
  /// Of a picture that is too small for that, and not to be enlarged: the largest part of the box's shape,
  /// pixel for pixel.
  case cover
  /// The box's size, the picture squeezed or stretched into it. Both sides of the box must be given. A side
  /// that is longer than the picture's is shortened to it, unless the picture may be enlarged.
  case exact

  /// Whether both sides of a box must be given.
  public var needsBothSides: Bool { self != .contain }
}

/// Which part of a picture ``ThumbnailFit/cover`` keeps.
public enum ThumbnailGravity: String, Sendable, Hashable, Codable, CaseIterable {
  /// The middle.
  case center
  /// The upper side's middle.
  case north
  /// The lower side's middle.
  case south
  /// The right side's middle.
  case east
  /// The left side's middle.
  case west
  /// The upper right corner.
  case northeast
  /// The upper left corner.
  case northwest
  /// The lower right corner.
  case southeast
  /// The lower left corner.
  case southwest
  /// The part with the most to see: edges, strong colours and the hues of skin count. The same picture
  /// always gives the same part.
  case smart

  /// How much of what is cut off lies to the left of the part that is kept, 0 ... 1.
  var left: Double {
    switch self {
    case .west, .northwest, .southwest: 0
    case .east, .northeast, .southeast: 1
    case .center, .north, .south, .smart: 0.5
    }
  }

  /// How much of what is cut off lies above the part that is kept, 0 ... 1.
  var top: Double {
    switch self {
    case .north, .northeast, .northwest: 0
    case .south, .southeast, .southwest: 1
    case .center, .east, .west, .smart: 0.5
    }
  }
}
