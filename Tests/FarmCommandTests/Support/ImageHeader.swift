/// What a whole JPEG, PNG or WebP says about itself, read without the code that is tested.
struct ImageHeader: Equatable {
  enum Format { case jpeg, png, webp }

  var format: Format
  var width: Int
  var height: Int

  /// nil if the file isn't one, or isn't whole. A WebP must be in the extended format, as one with a comment is.
  init?(_ bytes: [UInt8]) {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]), bytes.suffix(4) == [0xAE, 0x42, 0x60, 0x82] {
      self.init(
        format: .png, width: Self.number(bytes[18..<20]), height: Self.number(bytes[22..<24]))
    } else if bytes.starts(with: [0xFF, 0xD8]), bytes.suffix(2) == [0xFF, 0xD9] {
      var at = 2
      while at + 9 < bytes.count, bytes[at] == 0xFF, !(0xC0...0xC2).contains(bytes[at + 1]) {
        at += 2 + Self.number(bytes[at + 2..<at + 4])
      }
      guard at + 9 < bytes.count else { return nil }
      self.init(
        format: .jpeg, width: Self.number(bytes[at + 7..<at + 9]),
        height: Self.number(bytes[at + 5..<at + 7]))
    } else if bytes.starts(with: "RIFF".utf8), bytes.count > 30,
      bytes[8..<12].elementsEqual("WEBP".utf8), bytes[12..<16].elementsEqual("VP8X".utf8),
      Self.number(bytes[4..<8].reversed()[...]) + 8 == bytes.count
    {
      self.init(
        format: .webp, width: Self.number(bytes[24..<27].reversed()[...]) + 1,
        height: Self.number(bytes[27..<30].reversed()[...]) + 1)
    } else {
      return nil
    }
  }

  init(format: Format, width: Int, height: Int) {
    self.format = format
    self.width = width
    self.height = height
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reduce(0) { $0 << 8 | Int($1) }
  }
}
