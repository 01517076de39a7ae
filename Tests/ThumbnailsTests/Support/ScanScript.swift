import CPictureFixtures

/// In which scans a progressive JPEG gives its coefficients.
struct ScanScript: Sendable {
  var name: String
  var scans: [fixture_scan]

  private static func scan(
    _ components: [Int], _ band: ClosedRange<Int>, high: Int = 0, low: Int = 0
  ) -> fixture_scan {
    var scan = fixture_scan()
    withUnsafeMutableBytes(of: &scan.components) { raw in
      for (index, component) in components.enumerated() {
        raw.storeBytes(of: Int32(component), toByteOffset: 4 * index, as: Int32.self)
      }
    }
    scan.component_count = Int32(components.count)
    scan.first = Int32(band.lowerBound)
    scan.last = Int32(band.upperBound)
    scan.high = Int32(high)
    scan.low = Int32(low)
    return scan
  }

  /// Bands of frequencies, each whole at once.
  static func bands(components: Int) -> ScanScript {
    let all = Array(0..<components)
    let bands = [1...2, 3...3, 4...20, 21...63]
    return ScanScript(
      name: "bands",
      scans: [scan(all, 0...0)] + bands.flatMap { band in all.map { scan([$0], band) } })
  }

  /// Bit by bit, the last component first, each DC coefficient in a scan of its own and refined at the very end.
  static func bits(components: Int) -> ScanScript {
    let backwards = Array((0..<components).reversed())
    let first = backwards.map { scan([$0], 0...0, low: 2) }
    let coarse = backwards.map { scan([$0], 1...63, low: 1) }
    let fine = backwards.map { scan([$0], 1...63, high: 1) }
    let all = Array(0..<components)
    return ScanScript(
      name: "bits",
      scans: first + coarse + [scan(all, 0...0, high: 2, low: 1)] + fine
        + [scan(all, 0...0, high: 1)])
  }

  /// The picture's first component alone, to its end, before the others begin.
  static func oneByOne(components: Int) -> ScanScript {
    ScanScript(
      name: "one by one",
      scans: (0..<components).flatMap { [scan([$0], 0...0), scan([$0], 1...63)] })
  }

  /// The last bits of the first component's higher frequencies never come.
  static func unfinished(components: Int) -> ScanScript {
    let all = Array(0..<components)
    return ScanScript(
      name: "unfinished",
      scans: [scan(all, 0...0), scan([0], 1...5), scan([0], 6...63, low: 1)]
        + all.dropFirst().map { scan([$0], 1...63) })
  }
}
