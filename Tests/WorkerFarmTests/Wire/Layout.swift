import Testing

@testable import WorkerFarm

/// Sizes of arrays one behind the other, of which those that are long enough are kept.
struct Layout: Hashable, Sendable, CustomTestStringConvertible {
  var sizes: [Int]

  private static let kept = PiecedBytes.keptSize

  /// Kept arrays at all places, and sizes around the one from which they're kept.
  static let all: [Layout] = [
    [], [5], [kept - 1], [kept], [kept + 1], [3, kept], [kept, 3], [3, kept, 4], [kept, kept],
    [kept, 1, kept], [1, kept - 1, kept, kept + 1, 2], [2, kept, kept - 1, kept, kept - 1],
    [5 * kept + 7], [0, kept, 0, 0],
  ].map(Layout.init)

  var testDescription: String { "\(sizes)" }

  /// - Parameter number: other bytes for each.
  func arrays(_ number: Int = 0) -> [[UInt8]] {
    sizes.enumerated().map { place, size in
      WholeFrame.pattern(size: size, start: UInt8(truncatingIfNeeded: number &+ 7 &* place))
    }
  }

  var keptCount: Int { sizes.count { $0 >= Self.kept } }
}

extension ByteWriter {
  /// As they may be kept.
  mutating func write(all arrays: [[UInt8]]) {
    for array in arrays { write(raw: array) }
  }

  /// Without keeping any.
  mutating func copy(all arrays: [[UInt8]]) {
    for array in arrays { array.withUnsafeBytes { write(raw: $0) } }
  }
}
