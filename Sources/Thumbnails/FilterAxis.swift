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
  ///   - pixelsInSource: how many pixels of a finer picture each source is the mean of; 1 when it is a pixel itself.
  init(
    sourceCount: Int, origin: Double = 0, covered: Double, targetCount: Int,
    pixelsInSource: Double = 1
  ) {
    let ratio = covered / Double(targetCount)
    let sourceKernels = (0..<targetCount).map { target in
      Kernel(
        center: origin + (Double(target) + 0.5) * ratio, ratio: ratio, radius: Self.radius,
        sourceCount: sourceCount)
    }
    let longest = sourceKernels.reduce(0) { max($0, $1.start - $1.evenStart + $1.count) }
    let taps = (longest + 3) / 4 * 4
    var kernels = [Double](repeating: 0, count: targetCount * taps)
    let sharpening = Self.sharpening(pixelsInSource: pixelsInSource)
    kernels.withUnsafeMutableBufferPointer { kernels in
      for (target, kernel) in sourceKernels.enumerated() {
        let offset = target * taps + kernel.start - kernel.evenStart
        kernel.setWeights(
          UnsafeMutableBufferPointer(rebasing: kernels[offset..<(offset + kernel.count)]),
          sharpening: sharpening)
      }
    }
    let largest = kernels.max() ?? 0
    let shift = Self.shifts.first { largest * Double(1 << $0) <= Double(Int16.max) } ?? 13
    first = sourceKernels.map { Int32($0.evenStart) }
    weights = Self.integers(kernels, taps: taps, shift: shift)
    self.taps = taps
    self.shift = shift
  }

  /// How much of a kernel's second difference is to be taken away from it when the sources are means.
  ///
  /// Means blur, on top of the kernel: by a box with a variance of (1 - 1/n²) / 12 for `n` pixels, in squared
  /// distances between sources. Taking half of that times its second derivative from the kernel undoes it, up to
  /// terms of the fourth order. That is nearly the linear least-squares estimate of what the kernel would have
  /// made of the pixels themselves: with the covariance ρ^distance of photographs, ρ = 0.95 ... 0.99, the weights
  /// differ from the estimate's by 0.3 % of the largest one at most, from 1.7 sources a target on; without
  /// sharpening by 4 %.
  private static func sharpening(pixelsInSource pixels: Double) -> Double {
    (1 - 1 / (pixels * pixels)) / 24
  }

  /// Rounded to `shift` bits, with each target's sum kept exact, else flat areas would change their colour.
  private static func integers(_ kernels: [Double], taps: Int, shift: Int) -> [Int16] {
    let one = Double(1 << shift)
    var integers = kernels.map { Int16(clamping: Int(($0 * one).rounded())) }
    for start in stride(from: 0, to: integers.count, by: taps) {
      var sum = 0
      var largest = start
      for index in start..<(start + taps) {
        sum += Int(integers[index])
        if integers[index] > integers[largest] { largest = index }
      }
      integers[largest] = Int16(clamping: Int(integers[largest]) + (1 << shift) - sum)
    }
    return integers
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

/// The sources of one target.
private struct Kernel {
  var center: Double
  /// Sources for each unit of the kernel.
  var stretch: Double
  /// The first source with a weight.
  var start: Int
  var count: Int

  var evenStart: Int { start & ~1 }

  init(center: Double, ratio: Double, radius: Double, sourceCount: Int) {
    self.center = center
    stretch = max(ratio, 1)
    let reach = radius * stretch
    start = min(max(Int((center - reach).rounded(.down)), 0), sourceCount - 1)
    let end = min(max(Int((center + reach).rounded(.up)), start + 1), sourceCount)
    count = end - start
  }

  /// The weights sum up to 1. At the picture's edge the kernel is cut off and what is left is scaled up.
  func setWeights(_ weights: UnsafeMutableBufferPointer<Double>, sharpening: Double) {
    let step = 1 / stretch
    codec_lanczos3_row(
      (Double(start) + 0.5 - center) * step, step, UInt32(count), weights.baseAddress)
    // As if the first and the last source went on for ever: beyond the picture nothing else is known.
    var before = weights[0]
    for index in 0..<count {
      let weight = weights[index]
      let after = index + 1 < count ? weights[index + 1] : weight
      weights[index] -= sharpening * (before - 2 * weight + after)
      before = weight
    }
    let scale = 1 / weights.reduce(0, +)
    for index in 0..<count { weights[index] *= scale }
  }
}
