/// A picture before it is encoded: brightness, and two colour differences of half its resolution.
///
/// Sums of noise whose strength falls with its fineness, as in photographs; on it things with soft and
/// sharp edges, and a grain over all. What matters is that a decoder has as much to do as with a photograph.
struct Painting {
  let width: Int
  let height: Int
  private var luma: Plane
  private var blue: Plane
  private var red: Plane

  init(_ recipe: PictureRecipe) {
    var random = SeededRandom(recipe.seed &+ 1, stream: recipe.number)
    (width, height) = (recipe.width, recipe.height)
    let (halfWidth, halfHeight) = ((width + 1) / 2, (height + 1) / 2)
    luma = Plane(width: width, height: height, random.within(90...160))
    blue = Plane(width: halfWidth, height: halfHeight, random.within(-25...25))
    red = Plane(width: halfWidth, height: halfHeight, random.within(-25...25))
    paintBackground(&random)
    paintThings(&random)
    paintDetail(&random, grain: recipe.kind == .jpeg ? random.within(1...3) : 0)
  }

  private mutating func paintBackground(_ random: inout SeededRandom) {
    luma.addGradient(across: random.within(-60...60), down: random.within(-80...80))
    blue.addGradient(across: random.within(-30...30), down: random.within(-30...30))
    red.addGradient(across: random.within(-20...20), down: random.within(-20...20))
    for grid in [256, 64] {
      let strength = Float(grid) / 256
      luma.addNoise(grid: grid, amplitude: 45 * strength, &random)
      blue.addNoise(grid: grid / 2, amplitude: 20 * strength, &random)
      red.addNoise(grid: grid / 2, amplitude: 20 * strength, &random)
    }
  }

  private mutating func paintThings(_ random: inout SeededRandom) {
    let side = Float(min(width, height))
    for _ in 0..<random.within(20...60) {
      let radius = side * random.within(0.01...0.2)
      let thing = Ellipse(
        x: Float(width) * random.within(0...1), y: Float(height) * random.within(0...1),
        radiusX: radius * random.within(0.4...2.5), radiusY: radius,
        softness: random.unit() < 0.6 ? 0.02 : random.within(0.1...1),
        opacity: random.within(0.4...1))
      luma.paint(thing, value: random.within(10...245))
      blue.paint(thing.halved, value: random.within(-60...60))
      red.paint(thing.halved, value: random.within(-60...60))
    }
  }

  private mutating func paintDetail(_ random: inout SeededRandom, grain: Float) {
    let strength = random.within(0.6...2)
    for (grid, amplitude): (Int, Float) in [(16, 14), (6, 9), (3, 6)] {
      luma.addNoise(grid: grid, amplitude: amplitude * strength, &random)
    }
    blue.addNoise(grid: 6, amplitude: 5 * strength, &random)
    red.addNoise(grid: 6, amplitude: 5 * strength, &random)
    if grain > 0 { luma.addGrain(amplitude: grain, &random) }
  }
}

extension Painting {
  /// Red, green and blue of each pixel (ITU-R BT.601, as in JFIF).
  var rgb: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 3 * width * height) { buffer, count in
      var next = 0
      for y in 0..<height {
        for x in 0..<width {
          let half = y / 2 * blue.width + x / 2
          let (luma, blue, red) = (luma.values[y * width + x], blue.values[half], red.values[half])
          buffer[next] = Self.byte(luma + 1.402 * red)
          buffer[next + 1] = Self.byte(luma - 0.344136 * blue - 0.714136 * red)
          buffer[next + 2] = Self.byte(luma + 1.772 * blue)
          next += 3
        }
      }
      count = next
    }
  }

  var grey: [UInt8] { luma.values.map(Self.byte) }

  private static func byte(_ value: Float) -> UInt8 { UInt8(max(0, min(255, value + 0.5))) }
}
