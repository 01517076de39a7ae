/// Where the most is to be seen in a picture.
struct Focus {
  /// The longer side, in pixels, of the small picture that is looked at. Edges of things survive at that
  /// size, the grain of grass and water does not.
  private static let side = 160

  private let saliency: Saliency
  private let orientation: Orientation

  /// - Parameter picture: as stored; it is looked at upright.
  init(of picture: HeldPicture, orientation: Orientation) throws(ThumbnailError) {
    let longest = max(picture.size.width, picture.size.height)
    let side = min(Self.side, longest)
    let small = PixelSize(
      width: Extent.pixels(Double(picture.size.width * side) / Double(longest)),
      height: Extent.pixels(Double(picture.size.height * side) / Double(longest)))
    // On grey, what is transparent shows neither edges nor colours, and both white and black things do.
    let grey = RGBColor(red: 128, green: 128, blue: 128)
    var canvas = Canvas(size: small, isGrey: false, finish: .laid(on: grey))
    try picture.resize(Region(whole: picture.size), to: small) { canvas.append($0) }
    self.init(saliency: Saliency(of: canvas.upright(from: orientation)), orientation: orientation)
  }

  init(saliency: Saliency, orientation: Orientation) {
    self.saliency = saliency
    self.orientation = orientation
  }

  /// The best part of `extent` in a rendering of `size` of the same picture, both as stored.
  ///
  /// It lies at whole pixels where that keeps it inside.
  func place(_ extent: Extent, in size: PixelSize) -> Region {
    let upright = orientation.stored(size)
    let window = orientation.stored(extent)
    let region = Region(
      x: Self.offset(of: window.width, in: upright.width, scores: columns),
      y: Self.offset(of: window.height, in: upright.height, scores: rows),
      width: window.width, height: window.height)
    return region.stored(in: size, orientation: orientation)
  }

  private var columns: [Int] {
    (0..<saliency.width).map { x in
      (0..<saliency.height).reduce(0) { $0 + saliency.scores[$1 * saliency.width + x] }
    }
  }

  private var rows: [Int] {
    (0..<saliency.height).map { y in
      saliency.scores[(y * saliency.width)..<((y + 1) * saliency.width)].reduce(0, +)
    }
  }

  /// Where a window begins that has the most of a line's scores.
  private static func offset(of window: Double, in length: Int, scores: [Int]) -> Double {
    let spare = Double(length) - window
    guard spare > 0 else { return 0 }
    let count = max(1, Int((window * Double(scores.count) / Double(length)).rounded()))
    let places = scores.count - count
    guard places > 0 else { return min((spare / 2).rounded(.down), spare) }
    let best = bestPlace(of: count, in: scores)
    return min((spare * Double(best) / Double(places)).rounded(), spare)
  }

  /// People put what matters near the middle: a place at either end counts by so many percent less.
  private static let centrePreference = 15

  /// Of equals the most central one, and of two such the first.
  private static func bestPlace(of count: Int, in scores: [Int]) -> Int {
    let weights = (0..<count).map { weight(at: $0, of: count) }
    let places = scores.count - count
    let totals = (0...places).map { place in
      let total = zip(weights, scores[place..<(place + count)]).reduce(0) { $0 + $1.0 * $1.1 }
      return total * (100 * places - abs(2 * place - places) * centrePreference)
    }
    return totals.indices.max { left, right in
      if totals[left] != totals[right] { return totals[left] < totals[right] }
      let (one, other) = (abs(2 * left - places), abs(2 * right - places))
      return one != other ? one > other : left > right
    } ?? 0
  }

  /// What lies near the window's ends counts less, down to a quarter: nothing of weight shall be cut in two.
  private static func weight(at index: Int, of count: Int) -> Int {
    let full = 16
    let least = 4
    let fade = max(count / 4, 1)
    let distance = min(index, count - 1 - index)
    return distance >= fade ? full : least + (full - least) * distance / fade
  }
}
