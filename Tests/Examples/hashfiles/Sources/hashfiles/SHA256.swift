import Glibc

/// The hash of FIPS 180-4.
struct SHA256 {
  private var state = SHA256.fractions(of: 8) { $0.squareRoot() }
  private var block: [UInt8] = []
  private var byteCount: UInt64 = 0

  private static let constants = fractions(of: 64, by: cbrt)

  /// The first 32 bits of the fractions of the first primes' roots, as the standard has them.
  private static func fractions(of count: Int, by root: (Double) -> Double) -> [UInt32] {
    let primes = (2...).lazy.filter { number in !(2..<number).contains { number % $0 == 0 } }
    return primes.prefix(count).map { prime in
      let value = root(Double(prime))
      return UInt32((value - value.rounded(.down)) * 0x1p32)
    }
  }

  mutating func update(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      block.append(byte)
      byteCount += 1
      if block.count == 64 { compress() }
    }
  }

  /// The hash in hexadecimal; nothing can be added after it.
  mutating func finish() -> String {
    let bits = byteCount * 8
    update([0x80])
    update(repeatElement(0, count: (56 + 64 - block.count) % 64))
    update((0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * $0)) })
    return state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  private mutating func compress() {
    var w = (0..<16).map { i in (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(block[4 * i + $1]) } }
    for i in 16..<64 {
      let small = rotated(w[i - 15], 7) ^ rotated(w[i - 15], 18) ^ w[i - 15] >> 3
      let large = rotated(w[i - 2], 17) ^ rotated(w[i - 2], 19) ^ w[i - 2] >> 10
      w.append(w[i - 16] &+ small &+ w[i - 7] &+ large)
    }
    var s = state
    for i in 0..<64 {
      let first = rotated(s[4], 6) ^ rotated(s[4], 11) ^ rotated(s[4], 25)
      let choice = s[4] & s[5] ^ ~s[4] & s[6]
      let one = s[7] &+ first &+ choice &+ Self.constants[i] &+ w[i]
      let second = rotated(s[0], 2) ^ rotated(s[0], 13) ^ rotated(s[0], 22)
      let majority = s[0] & s[1] ^ s[0] & s[2] ^ s[1] & s[2]
      s = [one &+ second &+ majority, s[0], s[1], s[2], s[3] &+ one, s[4], s[5], s[6]]
    }
    for i in 0..<8 { state[i] &+= s[i] }
    block.removeAll(keepingCapacity: true)
  }

  private func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word >> count | word << (32 - count)
  }
}
