/// How far a JPEG decoder may reduce a picture before the resizer gets it.
enum DCTScale {
  /// The reduced picture has at least so many times the target's pixels in each direction.
  ///
  /// A reduction by DCT to 1, 2 or 4 eighths is a mean of 8, 4 or 2 pixels in each direction. The blur that this
  /// adds the resizer takes away again (``FilterAxis``); what is folded back from finer detail stays.
  ///
  /// TABLE
  static let oversampling = 2.5

  /// The smallest of 1, 2, 4 and 8 eighths that leaves ``oversampling`` times `target`. The scales in between
  /// are slower.
  static func eighths(from size: PixelSize, to target: PixelSize) -> Int {
    for eighths in [1, 2, 4] {
      let wide = Double(size.width * eighths) >= 8 * oversampling * Double(target.width)
      let high = Double(size.height * eighths) >= 8 * oversampling * Double(target.height)
      if wide && high { return eighths }
    }
    return 8
  }
}
