/// How much there is to see at each pixel of a small picture: 0 ... ``highest``.
///
/// What smartcrop.js counts (jwagner/smartcrop.js, README): edges, strong colours and the hues of skin; and
/// colours count the more the rarer they are, so that a kite is more than its sky. The weights were set by
/// looking at photographs. Skin counts less than there, because sand, wood and brick have its hue too.
///
/// Only additions, multiplications, divisions and square roots of doubles are used, in a fixed order, and the
/// scores are integers: the same picture gives the same scores on every processor.
struct Saliency {
  static let highest = 255

  private static let edgeWeight = 0.4
  private static let skinWeight = 0.3
  private static let saturationWeight = 0.3
  /// Edges below it are noise and what JPEG leaves around them.
  private static let faintestEdge = 6.0
  /// The direction of the colour of human skin, as smartcrop.js has it.
  private static let skin = (red: 0.78, green: 0.57, blue: 0.44)

  let width: Int
  let height: Int
  private(set) var scores: [Int] = []

  /// - Parameter canvas: opaque.
  init(of canvas: Canvas) {
    width = canvas.size.width
    height = canvas.size.height
    scores.reserveCapacity(canvas.size.pixels)
    let rarity = ColourRarity(of: canvas)
    let lightness = (0..<canvas.size.pixels).map { Self.lightness(canvas.colour(at: $0)) }
    for y in 0..<height {
      for x in 0..<width {
        let colour = canvas.colour(at: y * width + x)
        let score =
          Self.edgeWeight * edge(lightness, x, y)
          + rarity.of(colour)
          * (Self.skinWeight * Self.skinLikeness(colour)
            + Self.saturationWeight * Self.saturation(colour))
        scores.append(min(Int(score * Double(Self.highest)), Self.highest))
      }
    }
  }

  typealias Colour = (red: Double, green: Double, blue: Double)

  /// ITU-R BT.709's weights.
  private static func lightness(_ colour: Colour) -> Double {
    0.2126 * colour.red + 0.7152 * colour.green + 0.0722 * colour.blue
  }

  /// How far a pixel is from its four neighbours' mean, 0 ... 1; the picture goes on beyond its edges.
  private func edge(_ lightness: [Double], _ x: Int, _ y: Int) -> Double {
    let above = lightness[max(y - 1, 0) * width + x]
    let below = lightness[min(y + 1, height - 1) * width + x]
    let left = lightness[y * width + max(x - 1, 0)]
    let right = lightness[y * width + min(x + 1, width - 1)]
    let difference = 4 * lightness[y * width + x] - above - below - left - right
    let strength = difference.magnitude - Self.faintestEdge
    return min(max(strength, 0) / 255, 1)
  }

  /// 1 in the direction of skin, 0 where the direction differs by a fifth; dark pixels have none.
  private static func skinLikeness(_ colour: Colour) -> Double {
    let (red, green, blue) = colour
    let length = (red * red + green * green + blue * blue).squareRoot()
    let darkest = 50.0
    guard lightness(colour) >= darkest else { return 0 }
    let difference = (
      red / length - skin.red, green / length - skin.green, blue / length - skin.blue
    )
    let distance =
      (difference.0 * difference.0 + difference.1 * difference.1 + difference.2 * difference.2)
      .squareRoot()
    let farthest = 0.2
    return max(1 - distance / farthest, 0)
  }

  /// HSL's saturation above 0.4, of pixels that are neither dark nor white.
  private static func saturation(_ colour: Colour) -> Double {
    let most = max(colour.red, colour.green, colour.blue)
    let least = min(colour.red, colour.green, colour.blue)
    let sum = most + least
    let faintest = 0.4
    guard most > least, sum > 0.1 * 510, sum < 0.9 * 510 else { return 0 }
    let saturation = (most - least) / (sum > 255 ? 510 - sum : sum)
    return max(saturation - faintest, 0) / (1 - faintest)
  }
}

/// How rare each colour is in a picture.
private struct ColourRarity {
  /// Levels of each channel; more would part the shades of one thing.
  private static let levels = 4

  private var counts = [Int](repeating: 0, count: levels * levels * levels)
  private let pixels: Int

  init(of canvas: Canvas) {
    pixels = canvas.size.pixels
    for pixel in 0..<pixels {
      counts[Self.bin(canvas.colour(at: pixel))] += 1
    }
  }

  /// Near 1 for a colour that few pixels have, 0 when all have it.
  func of(_ colour: Saliency.Colour) -> Double {
    let share = Double(counts[Self.bin(colour)]) / Double(pixels)
    return (1 - share) * (1 - share)
  }

  private static func bin(_ colour: Saliency.Colour) -> Int {
    func level(_ sample: Double) -> Int { Int(sample) * levels / 256 }
    return (level(colour.red) * levels + level(colour.green)) * levels + level(colour.blue)
  }
}

extension Canvas {
  /// Red, green and blue, 0 ... 255, of a pixel counted row by row.
  func colour(at pixel: Int) -> Saliency.Colour {
    let start = pixel * channels
    if isGrey {
      let grey = Double(samples[start])
      return (grey, grey, grey)
    }
    return (Double(samples[start]), Double(samples[start + 1]), Double(samples[start + 2]))
  }
}
