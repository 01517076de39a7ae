import Glibc

/// The colour that most of a picture has, or is close to.
///
/// The pixels are gathered in a histogram, its bins in groups by k-means in OKLab (Björn Ottosson, 2020), where
/// distances are what the eye sees; the colour is the mean of the heaviest group. Groups begin at the
/// heaviest bin and then at what is farthest from all before it, weighted by its pixels: nothing is random.
struct DominantColor {
  /// Levels of each channel in the histogram.
  private static let levels = 16
  /// Enough that a picture's different things come apart.
  private static let groups = 5
  /// No group begins nearer to another one, in OKLab's units, so that shades of one thing stay together. White
  /// and black are 1 apart, red and orange 0.2, what the eye can just tell apart 0.02.
  private static let leastDistance = 0.15
  /// Groups of a few hundred bins are stable long before.
  private static let rounds = 20

  /// `nil` when nothing is to be seen.
  let color: RGBColor?

  init(of canvas: Canvas) {
    let bins = Self.histogram(canvas)
    var centers = Self.seeds(bins)
    var members: [Int] = []
    for _ in 0..<Self.rounds {
      let nearest = bins.map { bin in Self.nearest(to: bin.place, among: centers) }
      if nearest == members { break }
      members = nearest
      for group in centers.indices {
        var sum = ColourBin()
        for (bin, member) in zip(bins, members) where member == group { sum.add(bin) }
        if sum.weight > 0 { centers[group] = sum.place }
      }
    }
    var sums = [ColourBin](repeating: ColourBin(), count: centers.count)
    for (bin, member) in zip(bins, members) { sums[member].add(bin) }
    let heaviest = sums.indices.max {
      sums[$0].weight != sums[$1].weight ? sums[$0].weight < sums[$1].weight : $0 > $1
    }
    color = heaviest.map { sums[$0].mean }
  }

  private static func histogram(_ canvas: Canvas) -> [ColourBin] {
    var bins = [ColourBin](repeating: ColourBin(), count: levels * levels * levels)
    for pixel in 0..<canvas.size.pixels {
      let (red, green, blue) = canvas.colour(at: pixel)
      let index = [red, green, blue].reduce(0) { $0 * levels + Int($1) * levels / 256 }
      bins[index].add(red, green, blue, weight: canvas.alpha(at: pixel))
    }
    return bins.filter { $0.weight > 0 }.map(\.placed)
  }

  private static func seeds(_ bins: [ColourBin]) -> [OKLab] {
    guard let heaviest = bins.max(by: { $0.weight < $1.weight }) else { return [] }
    var seeds = [heaviest.place]
    while seeds.count < groups {
      let gains = bins.map { bin in
        let distance = seeds.reduce(Double.infinity) { min($0, $1.distance(to: bin.place)) }
        return distance < leastDistance * leastDistance ? 0 : bin.weight * distance
      }
      guard let best = gains.indices.max(by: { gains[$0] < gains[$1] }), gains[best] > 0 else {
        break
      }
      seeds.append(bins[best].place)
    }
    return seeds
  }

  private static func nearest(to place: OKLab, among centers: [OKLab]) -> Int {
    centers.indices.min { centers[$0].distance(to: place) < centers[$1].distance(to: place) } ?? 0
  }
}

/// Pixels of nearly the same colour.
private struct ColourBin {
  private(set) var weight = 0.0
  private var red = 0.0
  private var green = 0.0
  private var blue = 0.0
  private(set) var place = OKLab(red: 0, green: 0, blue: 0)

  mutating func add(_ red: Double, _ green: Double, _ blue: Double, weight: Double) {
    self.red += red * weight
    self.green += green * weight
    self.blue += blue * weight
    self.weight += weight
  }

  /// The place becomes the mean of both.
  mutating func add(_ other: ColourBin) {
    let total = weight + other.weight
    place = place.mixed(with: other.place, share: other.weight / total)
    red += other.red
    green += other.green
    blue += other.blue
    weight = total
  }

  /// With the place of its mean.
  var placed: ColourBin {
    var bin = self
    bin.place = OKLab(red: red / weight, green: green / weight, blue: blue / weight)
    return bin
  }

  var mean: RGBColor {
    func byte(_ sum: Double) -> UInt8 { UInt8((sum / weight).rounded()) }
    return RGBColor(red: byte(red), green: byte(green), blue: byte(blue))
  }
}

/// Björn Ottosson, "A perceptual color space for image processing", 2020.
private struct OKLab {
  private var lightness: Double
  private var a: Double
  private var b: Double

  /// From sRGB, 0 ... 255.
  init(red: Double, green: Double, blue: Double) {
    let red = Self.linear(red / 255)
    let green = Self.linear(green / 255)
    let blue = Self.linear(blue / 255)
    let long = cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    let medium = cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    let short = cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
  }

  /// IEC 61966-2-1.
  private static func linear(_ value: Double) -> Double {
    value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
  }

  /// Squared.
  func distance(to other: OKLab) -> Double {
    let difference = (lightness - other.lightness, a - other.a, b - other.b)
    return difference.0 * difference.0 + difference.1 * difference.1 + difference.2 * difference.2
  }

  func mixed(with other: OKLab, share: Double) -> OKLab {
    var mixed = self
    mixed.lightness += (other.lightness - lightness) * share
    mixed.a += (other.a - a) * share
    mixed.b += (other.b - b) * share
    return mixed
  }
}
