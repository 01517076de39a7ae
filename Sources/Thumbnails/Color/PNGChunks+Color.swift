import CImageCodecs

/// What a PNG says of its colours: cICP before iCCP before sRGB before gAMA and cHRM (PNG, third edition,
/// 4.3).
extension PNGChunks {
  func color() throws(ThumbnailError) -> SourceColor {
    let found = firstBeforePixels(["cICP", "iCCP", "sRGB", "gAMA", "cHRM"])
    var warnings = 0
    if let chunk = found["cICP"] {
      if let colorimetry = Colorimetry(codePoints: chunk) {
        return SourceColor(profile: .described(colorimetry))
      }
      warnings += 1
    }
    if let chunk = found["iCCP"] {
      if let profile = try Self.profile(chunk) {
        return SourceColor(profile: .icc(profile), warnings: warnings)
      }
      warnings += 1
    }
    if found["sRGB"] != nil { return SourceColor(warnings: warnings) }
    // A gamma alone doesn't count, as in browsers and vipsthumbnail: most such files were written by programs
    // that put their screen's there, or a constant.
    guard let gamma = found["gAMA"], let chromaticities = found["cHRM"] else {
      return SourceColor(warnings: warnings)
    }
    if let colorimetry = Colorimetry(gamma: gamma, chromaticities: chromaticities) {
      return SourceColor(profile: .described(colorimetry), warnings: warnings)
    }
    return SourceColor(warnings: warnings + 1)
  }

  /// A name of up to 79 bytes, a zero, the method (0), and the profile as a zlib stream.
  private static func profile(_ chunk: UnsafeRawBufferPointer) throws(ThumbnailError) -> [UInt8]? {
    let longestName = 79
    guard let end = chunk.prefix(longestName + 1).firstIndex(of: 0), chunk.count >= end + 2,
      chunk[end + 1] == 0
    else { return nil }
    let packed = UnsafeRawBufferPointer(rebasing: chunk[(end + 2)...])
    var unpacked = codec_bytes()
    var report = codec_report()
    let start = packed.baseAddress?.assumingMemoryBound(to: UInt8.self)
    let status = codec_inflate(start, packed.count, &unpacked, &report)
    if status == CODEC_OUT_OF_MEMORY { throw .outOfMemory("a colour profile") }
    guard status == CODEC_OK else { return nil }
    defer { codec_bytes_free(unpacked) }
    return Array(UnsafeBufferPointer(start: unpacked.data, count: unpacked.count))
  }
}

extension Colorimetry {
  /// gAMA is the exponent from light to samples times 100,000; cHRM holds white's, red's, green's and blue's x
  /// and y likewise.
  fileprivate init?(gamma: UnsafeRawBufferPointer, chromaticities: UnsafeRawBufferPointer) {
    let unit = 100_000.0
    // 1/2.2 within libpng's threshold stands for sRGB's curve, of which it is the approximation that encoders
    // are told to write.
    let srgbGamma = 0.45455
    let threshold = 0.05
    var gammaReader = BoundedReader(Array(gamma)[...])
    var reader = BoundedReader(Array(chromaticities)[...])
    var numbers: [Double] = []
    while let number = reader.bigEndian32() { numbers.append(Double(number) / unit) }
    guard let stored = gammaReader.bigEndian32(), stored > 0, numbers.count == 8 else {
      return nil
    }
    let exponent = Double(stored) / unit
    white = Chromaticity(x: numbers[0], y: numbers[1])
    red = Chromaticity(x: numbers[2], y: numbers[3])
    green = Chromaticity(x: numbers[4], y: numbers[5])
    blue = Chromaticity(x: numbers[6], y: numbers[7])
    transfer =
      abs(exponent / srgbGamma - 1) < threshold ? .sRGB : .gamma(1 / exponent)
  }

  /// Primaries, transfer function, matrix and range by the code points of ITU-T H.273. Nothing is known of the
  /// picture's light for HDR's curves, and RGB has no matrix.
  fileprivate init?(codePoints chunk: UnsafeRawBufferPointer) {
    guard chunk.count == 4, chunk[2] == 0, chunk[3] == 1,
      let primaries = Self.primaries[chunk[0]], let transfer = Self.transfers[chunk[1]]
    else { return nil }
    white = Chromaticity(x: primaries[0], y: primaries[1])
    red = Chromaticity(x: primaries[2], y: primaries[3])
    green = Chromaticity(x: primaries[4], y: primaries[5])
    blue = Chromaticity(x: primaries[6], y: primaries[7])
    self.transfer = transfer
  }

  /// White, red, green and blue.
  private static let primaries: [UInt8: [Double]] = [
    1: [0.3127, 0.3290, 0.640, 0.330, 0.300, 0.600, 0.150, 0.060],  // sRGB
    4: [0.310, 0.316, 0.670, 0.330, 0.210, 0.710, 0.140, 0.080],
    5: [0.3127, 0.3290, 0.640, 0.330, 0.290, 0.600, 0.150, 0.060],
    6: [0.3127, 0.3290, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070],
    7: [0.3127, 0.3290, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070],
    8: [0.310, 0.316, 0.681, 0.319, 0.243, 0.692, 0.145, 0.049],
    9: [0.3127, 0.3290, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046],  // BT.2020
    11: [0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060],
    12: [0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060],  // Display P3
    22: [0.3127, 0.3290, 0.630, 0.340, 0.295, 0.605, 0.155, 0.077],
  ]

  private static let transfers: [UInt8: Transfer] = [
    1: .bt709, 6: .bt709, 14: .bt709, 15: .bt709,
    4: .gamma(2.2), 5: .gamma(2.8), 8: .gamma(1), 13: .sRGB,
  ]
}
