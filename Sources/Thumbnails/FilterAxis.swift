import CImageCodecs

/// Lanczos3 along one axis: how each target is a weighted sum of neighbouring sources.
///
/// When the picture shrinks, the kernel is stretched by the same ratio, so that it also is the low-pass
/// filter that keeps the result from aliasing (Turkowski, "Filters for Common Resampling Tasks", 1990).
struct FilterAxis {
  /// The kernel's reach on either side, in targets.
  private static let radius = 3.0
  /// Weights are integers, with so many bits after the point at most: 32,767 times a kernel's absolute sum
  /// (below 2) still fits into 32 bits with 15. A weight near 1 needs one bit more before the point.
  private static let shifts = [15, 14]

  /// The first source of each target; even, because sources come in pairs.
  let first: [Int32]
  /// `taps` weights for each target.
  let weights: [Int16]
  /// A multiple of 4.
  let taps: Int
  let shift: Int

  var targetCount: Int { first.count }

  /// One past the last source that may be asked for, by weights of zero.
  var reach: Int { first.reduce(0) { max($0, Int($1)) } + taps }

  /// - Parameters:
  ///   - sourceCount: how many sources there are.
  ///   - origin: where the part to be shown begins, counted from the first source's edge. Sources before it
  ///     count as neighbours.
  ///   - covered: how much of the sources the part to be shown covers.
  ///   - targetCount: how many targets that is to become.
  init(sourceCount: Int, origin: Double = 0, covered: Double, targetCount: Int) {
    let kernels = (0..<targetCount).map { target in
      let ratio = covered / Double(targetCount)
      return Kernel(
        center: origin + (Double(target) + 0.5) * ratio, ratio: ratio, sourceCount: sourceCount,
        radius: Self.radius)
    }
    first = kernels.map { Int32($0.evenStart) }
    let longest = kernels.reduce(0) { max($0, $1.start - $1.evenStart + $1.weights.count) }
    let taps = (longest + 3) / 4 * 4
    let largest = kernels.reduce(0) { max($0, $1.weights.max() ?? 0) }
    let shift = Self.shifts.first { largest * Double(1 << $0) <= Double(Int16.max) } ?? 13
    var weights = [Int16](repeating: 0, count: targetCount * taps)
    for (target, kernel) in kernels.enumerated() {
      let offset = target * taps + kernel.start - kernel.evenStart
      for (index, weight) in kernel.integers(shift: shift).enumerated() {
        weights[offset + index] = weight
      }
    }
    self.taps = taps
    self.shift = shift
    self.weights = weights
  }

  func withCodecAxis<Result>(_ body: (UnsafePointer<codec_axis>) -> Result) -> Result {
    first.withUnsafeBufferPointer { first in
      weights.withUnsafeBufferPointer { weights in
        var axis = codec_axis(
          first: first.baseAddress, weights: weights.baseAddress, count: UInt32(first.count),
          taps: UInt32(taps), shift: UInt32(shift))
        return body(&axis)
      }
    }
  }
}

/// The weights of one target.
private struct Kernel {
  /// The first source with a weight.
  var start: Int
  /// They sum up to 1.
  var weights: [Double]

  var evenStart: Int { start & ~1 }

  /// At the picture's edge the kernel is cut off and what is left is scaled up.
  init(center: Double, ratio: Double, sourceCount: Int, radius: Double) {
    let stretch = max(ratio, 1)
    let reach = radius * stretch
    start = min(max(Int((center - reach).rounded(.down)), 0), sourceCount - 1)
    let end = min(max(Int((center + reach).rounded(.up)), start + 1), sourceCount)
    let raw = (start..<end).map { codec_lanczos3((Double($0) + 0.5 - center) / stretch) }
    let sum = raw.reduce(0, +)
    weights = raw.map { $0 / sum }
  }

  /// Rounded to `shift` bits, with the sum kept exact, else flat areas would change their colour.
  func integers(shift: Int) -> [Int16] {
    let one = Double(1 << shift)
    var integers = weights.map { Int(($0 * one).rounded()) }
    let missing = (1 << shift) - integers.reduce(0, +)
    if let largest = integers.indices.max(by: { integers[$0] < integers[$1] }) {
      integers[largest] += missing
    }
    return integers.map { Int16(clamping: $0) }
  }
}
