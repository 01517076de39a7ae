import ArgumentParser

/// The sizes that pictures may have, in pixels.
struct SizeRange: ExpressibleByArgument, Codable {
  let smallest: PixelSize
  let largest: PixelSize

  struct PixelSize: Codable {
    let width: Int
    let height: Int
  }

  /// What a photo gallery on the web holds.
  static let standard = SizeRange(
    smallest: PixelSize(width: 640, height: 480), largest: PixelSize(width: 1600, height: 1200))

  private init(smallest: PixelSize, largest: PixelSize) {
    self.smallest = smallest
    self.largest = largest
  }

  init?(argument: String) {
    let ends = argument.split(separator: "..", omittingEmptySubsequences: false).map(Self.size)
    guard let first = ends.first, let smallest = first, ends.count <= 2, let last = ends.last,
      let largest = last, smallest.width <= largest.width, smallest.height <= largest.height
    else { return nil }
    self.init(smallest: smallest, largest: largest)
  }

  var defaultValueDescription: String { "640x480..1600x1200" }

  /// A size between the two; of different sizes every fourth one is upright.
  func pick(_ random: inout SeededRandom) -> PixelSize {
    let share = random.unit()
    let isUpright = random.unit() < 0.25 && smallest.width < largest.width
    let width = smallest.width + Int(share * Double(largest.width - smallest.width))
    let height = smallest.height + Int(share * Double(largest.height - smallest.height))
    return isUpright
      ? PixelSize(width: height, height: width) : PixelSize(width: width, height: height)
  }

  private static func size(_ text: Substring) -> PixelSize? {
    let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard sides.count == 2, let width = sides[0], let height = sides[1],
      (1...20_000).contains(width), (1...20_000).contains(height)
    else { return nil }
    return PixelSize(width: width, height: height)
  }
}
