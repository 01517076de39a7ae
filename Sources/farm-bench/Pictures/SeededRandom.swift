/// Numbers that a seed decides: SplitMix64 (Steele, Lea and Flood, 2014).
struct SeededRandom {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  /// A stream of its own for each number.
  init(_ seed: UInt64, stream: Int) {
    var mixer = SeededRandom(seed)
    state = mixer.next() ^ (UInt64(stream) &* 0xD1B5_4A32_D192_ED03)
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  /// At least 0, less than 1.
  mutating func unit() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }

  mutating func within(_ range: ClosedRange<Float>) -> Float {
    range.lowerBound + Float(unit()) * (range.upperBound - range.lowerBound)
  }

  mutating func within(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(unit() * Double(range.count))
  }
}
