@testable import Thumbnails

/// What the library itself writes, an animation made of that, and a lossless picture.
enum WebPSeeds {
  static let words = [
    "RIFF", "WEBP", "VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "EXIF", "ICCP", "XMP ", "FARM",
  ]

  static func files() -> [[UInt8]] {
    let plain = ThumbnailOptions(size: .standard, quality: 50, format: .webp)
    var rich = plain
    rich.icc = .keep
    rich.keep = [.exif]
    rich.tag = ThumbnailTag("a tag")
    let sources = PictureSeeds.pngs().map { Array($0.dropLast(Choices.length)) }.suffix(8)
    let lossy = [plain, rich].flatMap { options in
      sources.compactMap { try? Thumbnailer(options: options).thumbnail(of: $0).bytes }
    }
    guard let first = lossy.first else { return [] }
    return PictureSeeds.variations(lossy + [animation(of: first), file(lossless)])
  }

  /// One frame on a larger canvas.
  private static func animation(of picture: [UInt8]) -> [UInt8] {
    let isExtended = picture[12..<16].elementsEqual("VP8X".utf8)
    let chunks = Array(picture.dropFirst(isExtended ? 30 : 12))
    let frame = [0, 0, 0, 0, 0, 0, 20, 0, 0, 13, 0, 0, 100, 0, 0, 0] + chunks
    return file(
      chunk("VP8X", [0x12, 0, 0, 0, 29, 0, 0, 19, 0, 0])
        + chunk("ANIM", [255, 255, 255, 255, 0, 0]) + chunk("ANMF", frame))
  }

  /// 21 by 14 pixels of one colour: a header, no transforms, and for each channel a code of one symbol, which
  /// takes no bits.
  private static var lossless: [UInt8] {
    let (hasAlpha, version, none) = (1, 0, 0)
    var fields = [(20, 14), (13, 14), (hasAlpha, 1), (version, 3), (none, 1), (none, 1), (none, 1)]
    for symbol in [40, 90, 160, 200] {  // green, red, blue, alpha
      let (isSimple, oneSymbol, eightBits) = (1, 0, 1)
      fields += [(isSimple, 1), (oneSymbol, 1), (eightBits, 1), (symbol, 8)]
    }
    fields += [(1, 1), (0, 1), (0, 1), (0, 1)]  // distances: symbol 0, in one bit
    let bits = fields.flatMap { value, count in (0..<count).map { UInt8(value >> $0 & 1) } }
    let bytes = stride(from: 0, to: bits.count, by: 8).map { start in
      bits[start...].prefix(8).reversed().reduce(0) { $0 << 1 | $1 } as UInt8
    }
    return chunk("VP8L", [0x2F] + bytes)
  }

  private static func file(_ chunks: [UInt8]) -> [UInt8] {
    Array("RIFF".utf8) + littleEndian(chunks.count + 4) + Array("WEBP".utf8) + chunks
  }

  private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    Array(type.utf8) + littleEndian(data.count) + data + (data.count % 2 == 1 ? [0] : [])
  }

  private static func littleEndian(_ number: Int) -> [UInt8] {
    PictureSeeds.bigEndian(number).reversed()
  }
}
