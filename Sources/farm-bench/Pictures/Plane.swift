/// One channel of a picture while it is painted: 0 is black, 255 white.
struct Plane {
  let width: Int
  let height: Int
  private(set) var values: [Float]

  init(width: Int, height: Int, _ value: Float) {
    self.width = width
    self.height = height
    values = Array(repeating: value, count: width * height)
  }

  /// Adds a brightness that runs from one side to the other and is 0 in the middle.
  mutating func addGradient(across: Float, down: Float) {
    let step = across / Float(width)
    for y in 0..<height {
      let start = down * (Float(y) / Float(height) - 0.5) - across / 2
      withRow(y, 0..<width) { row in
        for x in row.indices { row[x] += start + step * Float(x) }
      }
    }
  }

  /// Adds random values at the knots of a grid, with straight lines between them.
  mutating func addNoise(grid: Int, amplitude: Float, _ random: inout SeededRandom) {
    var upper = knots(grid, amplitude, &random)
    var lower = knots(grid, amplitude, &random)
    for y in 0..<height {
      if y > 0 && y % grid == 0 {
        upper = lower
        lower = knots(grid, amplitude, &random)
      }
      let share = Float(y % grid) / Float(grid)
      upper.withUnsafeBufferPointer { upper in
        lower.withUnsafeBufferPointer { lower in
          withRow(y, 0..<width) { row in
            for x in row.indices { row[x] += upper[x] + (lower[x] - upper[x]) * share }
          }
        }
      }
    }
  }

  /// Adds a random value to each pixel.
  mutating func addGrain(amplitude: Float, _ random: inout SeededRandom) {
    let scale = amplitude / 128
    for y in 0..<height {
      for start in stride(from: 0, to: width, by: 8) {
        let bits = random.next()
        withRow(y, start..<min(width, start + 8)) { row in
          for x in row.indices {
            row[x] += Float(Int8(truncatingIfNeeded: bits >> UInt64(8 * x))) * scale
          }
        }
      }
    }
  }

  /// Mixes a value into an ellipse.
  mutating func paint(_ shape: Ellipse, value: Float) {
    for y in shape.rows(below: height) {
      let columns = shape.columns(inRow: y, below: width)
      let core = shape.core.columns(inRow: y, below: width).clamped(to: columns)
      for edge in [columns.lowerBound..<core.lowerBound, core.upperBound..<columns.upperBound] {
        withRow(y, edge) { row in
          for x in row.indices {
            row[x] += (value - row[x]) * shape.coverage(edge.lowerBound + x, y)
          }
        }
      }
      withRow(y, core) { row in
        for x in row.indices { row[x] += (value - row[x]) * shape.opacity }
      }
    }
  }

  private mutating func withRow(
    _ y: Int, _ columns: Range<Int>, _ body: (inout UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    let start = y * width
    values.withUnsafeMutableBufferPointer { all in
      var row = UnsafeMutableBufferPointer(
        rebasing: all[start + columns.lowerBound..<start + columns.upperBound])
      body(&row)
    }
  }

  /// A row of random values at every `grid`th column, with straight lines between them.
  private func knots(_ grid: Int, _ amplitude: Float, _ random: inout SeededRandom) -> [Float] {
    var row = [Float](repeating: 0, count: width)
    var value = random.within(-amplitude...amplitude)
    for start in stride(from: 0, to: width, by: grid) {
      let next = random.within(-amplitude...amplitude)
      let slope = (next - value) / Float(grid)
      for x in 0..<min(grid, width - start) { row[start + x] = value + slope * Float(x) }
      value = next
    }
    return row
  }
}

/// A thing in the picture.
struct Ellipse {
  var x: Float
  var y: Float
  var radiusX: Float
  var radiusY: Float
  /// How much of the radius the edge takes, above 0.
  var softness: Float
  /// How much of what lies behind it is hidden, up to 1.
  var opacity: Float

  func rows(below height: Int) -> Range<Int> { Self.range(y, radiusY, below: height) }

  /// The columns in which the row crosses it.
  func columns(inRow row: Int, below width: Int) -> Range<Int> {
    let down = radiusY > 0 ? (Float(row) - y) / radiusY : 1
    return Self.range(x, radiusX * max(0, 1 - down * down).squareRoot(), below: width)
  }

  func coverage(_ column: Int, _ row: Int) -> Float {
    let across = (Float(column) - x) / radiusX
    let down = (Float(row) - y) / radiusY
    let distance = (across * across + down * down).squareRoot()
    return opacity * min(1, max(0, (1 - distance) / softness))
  }

  /// What its edge surrounds.
  var core: Ellipse {
    var core = self
    core.radiusX *= max(0, 1 - softness)
    core.radiusY *= max(0, 1 - softness)
    return core
  }

  /// The same, where the picture has half the width and height.
  var halved: Ellipse {
    Ellipse(
      x: x / 2, y: y / 2, radiusX: radiusX / 2, radiusY: radiusY / 2, softness: softness,
      opacity: opacity)
  }

  private static func range(_ centre: Float, _ radius: Float, below end: Int) -> Range<Int> {
    let first = min(end, max(0, Int(centre - radius)))
    return first..<max(first, min(end, Int(centre + radius) + 1))
  }
}
