/// A short text inside a thumbnail, near its beginning: a COM segment right after JFIF's in a JPEG, a tEXt
/// chunk with the keyword `Comment` before the pixels in a PNG, a chunk of the type `FARM` in a WebP.
///
/// A program can remember there how a thumbnail was made, and look it up from the file's first bytes.
public struct ThumbnailTag: Sendable, Hashable {
  /// The most bytes that a tag has, so that it lies within ``headLength``.
  public static let maxLength = 200
  /// How many bytes of a thumbnail's beginning ``read(fromHead:)`` looks at.
  public static let headLength = 512

  /// Printable ASCII, 1 ... ``maxLength`` bytes.
  public let text: String

  /// Fails when the text is empty, too long, or has other than printable ASCII.
  public init?(_ text: String) {
    let printable = UInt8(ascii: " ")...UInt8(ascii: "~")
    guard (1...Self.maxLength).contains(text.utf8.count), text.utf8.allSatisfy(printable.contains)
    else { return nil }
    self.text = text
  }

  /// The tag of a JPEG, PNG or WebP whose first bytes these are, or `nil` when there is none.
  ///
  /// Looks at ``headLength`` bytes at most, and takes any bytes.
  public static func read(fromHead head: some Collection<UInt8>) -> ThumbnailTag? {
    let bytes = Array(head.prefix(headLength))
    switch PictureFormat.sniff(bytes) {
    case .jpeg: return readJPEG(bytes)
    case .png: return readPNG(bytes)
    case .webp: return RIFFChunks.tag(fromHead: bytes)
    default: return nil
    }
  }

  /// Walks the segments before the first scan.
  private static func readJPEG(_ bytes: [UInt8]) -> ThumbnailTag? {
    let comment: UInt8 = 0xFE
    let startOfScan: UInt8 = 0xDA
    var reader = BoundedReader(bytes.dropFirst(2))
    while let prefix = reader.byte(), prefix == 0xFF, let marker = reader.byte() {
      guard marker != startOfScan, let length = reader.bigEndian16(), length >= 2,
        let payload = reader.take(length - 2)
      else { return nil }
      if marker == comment { return ThumbnailTag(ascii: payload) }
    }
    return nil
  }

  /// Walks the chunks before the pixels.
  private static func readPNG(_ bytes: [UInt8]) -> ThumbnailTag? {
    let keyword = Array("Comment\0".utf8)
    var reader = BoundedReader(bytes.dropFirst(8))
    while let length = reader.bigEndian32(), let type = reader.take(4) {
      guard !type.elementsEqual("IDAT".utf8), let data = reader.take(length),
        reader.take(4) != nil  // the checksum
      else { return nil }
      if type.elementsEqual("tEXt".utf8), data.starts(with: keyword) {
        return ThumbnailTag(ascii: data.dropFirst(keyword.count))
      }
    }
    return nil
  }

  init?(ascii bytes: ArraySlice<UInt8>) {
    self.init(String(decoding: bytes, as: UTF8.self))
  }
}

extension ThumbnailTag: Codable {
  /// Reads a text as ``init(_:)`` does.
  ///
  /// - Throws: `DecodingError` if that's no tag.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let tag = Self(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a tag")
    }
    self = tag
  }

  /// Writes the text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
