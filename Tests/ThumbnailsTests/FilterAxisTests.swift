import Glibc
import Testing

@testable import Thumbnails

@Suite("A filter's weights")
struct FilterAxisTests {
  static let shapes: [(sources: Int, origin: Double, covered: Double, targets: Int)] = [
    (438, 0, 437.5, 256), (100, 0, 100, 40), (61, 0, 60.25, 61), (7, 0, 7, 1), (1, 0, 0.125, 1),
    (200, 31.4, 77.7, 31), (3, 0, 2.5, 9), (9000, 0, 9000, 2), (40, 0, 40, 27),
  ]

  @Test(arguments: shapes, [1.0, 2, 4, 8])
  func `sum up to one, and ask for no source that isn't there`(
    shape: (sources: Int, origin: Double, covered: Double, targets: Int), pixelsInSource: Double
  ) {
    let axis = FilterAxis(
      sourceCount: shape.sources, origin: shape.origin, covered: shape.covered,
      targetCount: shape.targets, pixelsInSource: pixelsInSource)
    #expect(axis.targetCount == shape.targets && axis.weights.count == shape.targets * axis.taps)
    for target in 0..<shape.targets {
      let weights = axis.weights[(target * axis.taps)...].prefix(axis.taps).map(Int.init)
      #expect(weights.reduce(0, +) == 1 << axis.shift)
      // Else 16 bits times 16 bits would no longer add up in 32.
      #expect(weights.reduce(0) { $0 + abs($1) } < 2 << 15)
      for (tap, weight) in weights.enumerated() where weight != 0 {
        #expect((0..<shape.sources).contains(Int(axis.first[target]) + tap))
      }
    }
  }

  /// What a filter makes of a wave.
  static func filtered(_ samples: [Double], _ axis: FilterAxis) -> [Double] {
    (0..<axis.targetCount).map { target in
      let weights = axis.weights[(target * axis.taps)...].prefix(axis.taps)
      return weights.enumerated().reduce(0) { sum, weight in
        let source = min(Int(axis.first[target]) + weight.offset, samples.count - 1)
        return sum + samples[source] * Double(weight.element) / Double(1 << axis.shift)
      }
    }
  }

  /// The largest difference from what becomes of the wave's pixels, away from the edges.
  static func difference(period: Double, pixelsInSource pixels: Int, sharpened: Bool) -> Double {
    let (sources, targets) = (250, 100)
    let wave = (0..<(sources * pixels)).map { sin(2 * .pi * (Double($0) + 0.5) / period) }
    let means = (0..<sources).map { source in
      wave[(source * pixels)...].prefix(pixels).reduce(0, +) / Double(pixels)
    }
    let whole = FilterAxis(
      sourceCount: wave.count, covered: Double(wave.count), targetCount: targets)
    let reduced = FilterAxis(
      sourceCount: sources, covered: Double(sources), targetCount: targets,
      pixelsInSource: sharpened ? Double(pixels) : 1)
    let (expected, made) = (Self.filtered(wave, whole), Self.filtered(means, reduced))
    return zip(expected, made).dropFirst(5).dropLast(5).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  @Test(arguments: [2, 4, 8], [2.2, 3, 4, 6, 12])
  func `for means give what their pixels would have given`(pixels: Int, periodInTargets: Double) {
    let period = periodInTargets * 2.5 * Double(pixels)
    let sharpened = Self.difference(period: period, pixelsInSource: pixels, sharpened: true)
    let plain = Self.difference(period: period, pixelsInSource: pixels, sharpened: false)
    #expect(sharpened < 0.006)
    #expect(sharpened < plain / 3)
  }
}
