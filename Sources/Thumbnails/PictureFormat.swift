/// What a file is by its first bytes; its name plays no part.
public enum PictureFormat: Sendable, Hashable {
  /// JPEG, decoded.
  case jpeg
  /// PNG, decoded.
  case png
  /// WebP, decoded in builds with the package trait `WebP`.
  case webp
  /// A known format that isn't decoded, by its usual name.
  case other(String)
  /// There are no bytes.
  case empty
  /// None of the formats that are known.
  case unknown

  /// How many bytes ``sniff(_:)`` looks at.
  public static let headLength = 64

  /// Names the format of a file that begins with `head`.
  ///
  /// - Parameter head: the first ``headLength`` bytes, or all if there are fewer.
  public static func sniff(_ head: some Collection<UInt8>) -> PictureFormat {
    let bytes = Array(head.prefix(headLength))
    if bytes.isEmpty { return .empty }
    if bytes.starts(with: [0xFF, 0xD8]) { return .jpeg }
    // The rest of PNG's signature is there to tell that a transfer has changed line ends: the decoder says so.
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return .png }
    for (magic, name) in magics where bytes.starts(with: magic) { return .other(name) }
    return container(bytes) ?? text(bytes) ?? .unknown
  }

  /// Formats that are told by what they begin with.
  private static let magics: [(magic: [UInt8], name: String)] = [
    (Array("GIF8".utf8), "GIF"),
    // Raw files that are TIFF in structure come before it.
    (Array("II*\0\u{10}\0\0\0CR".utf8), "Canon CR2"),
    (Array("IIRO".utf8), "Olympus ORF"),
    (Array("IIRS".utf8), "Olympus ORF"),
    (Array("IIU\0".utf8), "Panasonic RW2"),
    (Array("FUJIFILMCCD-RAW".utf8), "Fujifilm RAF"),
    (Array("FOVb".utf8), "Sigma X3F"),
    ([0x49, 0x49, 0xBC], "JPEG XR"),
    ([0x49, 0x49, 0x2A, 0x00], "TIFF"),
    ([0x4D, 0x4D, 0x00, 0x2A], "TIFF"),
    ([0x49, 0x49, 0x2B, 0x00], "BigTIFF"),
    ([0x4D, 0x4D, 0x00, 0x2B], "BigTIFF"),
    (Array("BM".utf8), "BMP"),
    (Array("8BPS".utf8), "PSD"),
    ([0x00, 0x00, 0x01, 0x00], "ICO"),
    ([0x00, 0x00, 0x02, 0x00], "CUR"),
    ([0xFF, 0x0A], "JPEG XL"),
    ([0x00, 0x00, 0x00, 0x0C, 0x4A, 0x58, 0x4C, 0x20], "JPEG XL"),
    ([0x00, 0x00, 0x00, 0x0C, 0x6A, 0x50, 0x20, 0x20], "JPEG 2000"),
    ([0xFF, 0x4F, 0xFF, 0x51], "JPEG 2000"),
    ([0x8A, 0x4D, 0x4E, 0x47], "MNG"),
    ([0x8B, 0x4A, 0x4E, 0x47], "JNG"),
    (Array("%PDF".utf8), "PDF"),
    (Array("%!PS".utf8), "PostScript"),
    ([0xC5, 0xD0, 0xD3, 0xC6], "EPS"),
    (Array("qoif".utf8), "QOI"),
    (Array("gimp xcf".utf8), "XCF"),
    ([0x76, 0x2F, 0x31, 0x01], "OpenEXR"),
    (Array("#?RADIANCE".utf8), "Radiance HDR"),
    (Array("DDS ".utf8), "DDS"),
    (Array("FLIF".utf8), "FLIF"),
    ([0x42, 0x50, 0x47, 0xFB], "BPG"),
    (Array("icns".utf8), "ICNS"),
    (Array("AT&TFORM".utf8), "DjVu"),
    (Array("SIMPLE  =".utf8), "FITS"),
    (Array("/* XPM */".utf8), "XPM"),
    (Array("farbfeld".utf8), "farbfeld"),
    ([0x97, 0x4A, 0x42, 0x32], "JBIG2"),
    ([0x59, 0xA6, 0x6A, 0x95], "Sun raster"),
    ([0x01, 0xDA, 0x00], "SGI"),
    ([0x01, 0xDA, 0x01], "SGI"),
    ([0xD7, 0xCD, 0xC6, 0x9A], "WMF"),
    ([0x1A, 0x45, 0xDF, 0xA3], "Matroska"),
    ([0x1F, 0x8B], "gzip"),
    (Array("PK\u{3}\u{4}".utf8), "ZIP"),
  ]

  /// Formats that share a container and are told by what it says further on.
  private static func container(_ bytes: [UInt8]) -> PictureFormat? {
    if bytes.count >= 12, bytes.starts(with: "RIFF".utf8) {
      return switch String(decoding: bytes[8..<12], as: UTF8.self) {
      case "WEBP": .webp
      case "AVI ": .other("AVI")
      case "WAVE": .other("WAV")
      default: .other("RIFF")
      }
    }
    if bytes.count >= 12, bytes[4..<8].elementsEqual("ftyp".utf8) { return mediaFile(bytes) }
    // Netpbm: P1 ... P7 and a white space.
    if bytes.count >= 3, bytes[0] == UInt8(ascii: "P"),
      (UInt8(ascii: "1")...UInt8(ascii: "7")).contains(bytes[1]), isSpace(bytes[2])
    {
      return .other("Netpbm")
    }
    return nil
  }

  /// ISO base media (ISO/IEC 14496-12): a box of type ftyp, whose length comes before it, with the major
  /// brand, a version, and the brands that the file agrees with as well.
  private static func mediaFile(_ bytes: [UInt8]) -> PictureFormat {
    let length = bytes[0..<4].reduce(0) { $0 << 8 | Int($1) }
    let end = min(max(length, 12), bytes.count)
    let offsets = [8] + stride(from: 16, to: end - 3, by: 4)
    let brands = offsets.map { String(decoding: bytes[$0..<($0 + 4)], as: UTF8.self) }
    // A general brand says less than what stands beside it.
    for brand in brands { if let name = brandNames[brand] { return .other(name) } }
    return .other(brands.contains { ["mif1", "msf1", "mif2"].contains($0) } ? "HEIF" : "MP4")
  }

  private static let brandNames = [
    "avif": "AVIF", "avis": "AVIF",
    "heic": "HEIC", "heix": "HEIC", "heim": "HEIC", "heis": "HEIC", "hevc": "HEIC", "hevx": "HEIC",
    "jpeg": "HEIF", "crx ": "Canon CR3", "qt  ": "QuickTime", "jxl ": "JPEG XL",
    "jp2 ": "JPEG 2000",
  ]

  /// Markup, after a byte order mark and white space, in any case.
  private static func text(_ bytes: [UInt8]) -> PictureFormat? {
    let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let rest = bytes.starts(with: byteOrderMark) ? bytes.dropFirst(3) : bytes[...]
    let start = String(decoding: rest.drop(while: isSpace), as: UTF8.self).lowercased()
    if start.hasPrefix("<svg") { return .other("SVG") }
    if start.hasPrefix("<!doctype html") || start.hasPrefix("<html") { return .other("HTML") }
    if start.hasPrefix("<?xml") { return start.contains("<svg") ? .other("SVG") : .other("XML") }
    return nil
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
  }
}

extension PictureFormat {
  /// The first bytes for a message, with what isn't printable ASCII as `\xNN`.
  static func escaped(_ head: some Collection<UInt8>) -> String {
    let shown = 8
    let printable = UInt8(ascii: " ")...UInt8(ascii: "~")
    let text = head.prefix(shown).map { byte in
      if printable.contains(byte), byte != UInt8(ascii: "\\"), byte != UInt8(ascii: "\"") {
        return String(UnicodeScalar(byte))
      }
      return (byte < 16 ? "\\x0" : "\\x") + String(byte, radix: 16)
    }
    return "\"" + text.joined() + "\""
  }
}
