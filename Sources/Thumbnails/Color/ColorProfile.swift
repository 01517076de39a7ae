import CImageCodecs

/// What a picture's samples mean, as its file tells. A picture that tells nothing is taken for sRGB.
enum ColorProfile: Hashable, Sendable {
  /// An ICC profile's bytes, which nobody has vetted.
  case icc([UInt8])
  /// Primaries and a curve: PNG's gAMA and cHRM, or cICP.
  case described(Colorimetry)

  /// Printing profiles have up to 3 MB; nothing larger is looked at.
  static let maxLength = Int(CODEC_PROFILE_BYTES)

  /// The profile as ICC bytes for a picture that is grey or not.
  ///
  /// - Throws: that no light has such colours, or that there is no memory.
  func iccBytes(isGrey: Bool) throws(ThumbnailError) -> [UInt8] {
    switch self {
    case .icc(let bytes): return bytes
    case .described(let colorimetry):
      var described = colorimetry.codecColorimetry
      var icc = codec_bytes()
      var report = codec_report()
      let status = codec_color_profile(&described, isGrey, &icc, &report)
      if let error = ThumbnailError(status, &report) { throw error }
      defer { codec_bytes_free(icc) }
      return Array(UnsafeBufferPointer(start: icc.data, count: icc.count))
    }
  }
}

/// Colours by their chromaticities and a curve.
struct Colorimetry: Hashable, Sendable {
  /// CIE 1931 x and y.
  struct Chromaticity: Hashable, Sendable {
    var x: Double
    var y: Double
  }

  /// From a sample to light.
  enum Transfer: Hashable, Sendable {
    case sRGB
    case bt709
    /// Light is the sample to this power.
    case gamma(Double)
  }

  var white: Chromaticity
  var red: Chromaticity
  var green: Chromaticity
  var blue: Chromaticity
  var transfer: Transfer

  fileprivate var codecColorimetry: codec_colorimetry {
    var described = codec_colorimetry()
    described.white = (white.x, white.y)
    described.red = (red.x, red.y)
    described.green = (green.x, green.y)
    described.blue = (blue.x, blue.y)
    switch transfer {
    case .sRGB: described.transfer = CODEC_TRANSFER_SRGB
    case .bt709: described.transfer = CODEC_TRANSFER_BT709
    case .gamma(let gamma):
      described.transfer = CODEC_TRANSFER_GAMMA
      described.gamma = gamma
    }
    return described
  }
}

/// What a file says of its colours.
struct SourceColor {
  /// `nil` for sRGB, said or not.
  var profile: ColorProfile?
  /// How many statements were broken or beyond what is known, and so not heeded.
  var warnings = 0

  init(profile: ColorProfile? = nil, warnings: Int = 0) {
    self.profile = profile
    self.warnings = warnings
  }

  /// Looks at the file's own bytes; the decoders don't know about colours.
  init(_ bytes: UnsafeRawBufferPointer, format: SourceInfo.Format) throws(ThumbnailError) {
    switch format {
    case .jpeg: self = JPEGSegments(bytes).color
    case .png: self = try PNGChunks(bytes).color()
    case .webp: self = RIFFChunks(file: bytes).color
    }
  }
}
