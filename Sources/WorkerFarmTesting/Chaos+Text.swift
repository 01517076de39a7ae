/// `kill=1%,stall=0.5%,seed=7`, as on a command line.
extension Chaos: CustomStringConvertible {
  /// nil if it isn't a list of faults with their rates: `1%` or `0.01`, 0 to 100 per cent each.
  ///
  /// It has the signature that a command line's parser asks of an argument.
  public init?(argument: String) {
    self.init()
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", maxSplits: 1)
      guard sides.count == 2 else { return nil }
      if sides[0] == "seed" {
        guard let seed = UInt64(sides[1]) else { return nil }
        self.seed = seed
      } else {
        guard let fault = Fault(rawValue: String(sides[0])), let rate = Self.rate(sides[1]) else {
          return nil
        }
        rates[fault] = rate
      }
    }
  }

  private static func rate(_ text: Substring) -> Double? {
    let isPercent = text.hasSuffix("%")
    guard let number = Double(text.dropLast(isPercent ? 1 : 0)) else { return nil }
    let rate = isPercent ? number / 100 : number
    return (0...1).contains(rate) ? rate : nil
  }

  /// What ``init(argument:)`` reads.
  public var description: String {
    let parts = Fault.allCases.compactMap { fault in
      rates[fault].map { "\(fault.rawValue)=\($0)" }
    }
    return (parts + ["seed=\(seed)"]).joined(separator: ",")
  }
}
