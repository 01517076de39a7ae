import Testing

@testable import Thumbnails

/// WebP files of the tests' own making: what the library itself writes, taken apart and put together anew.
enum WebPFixtures {
  /// 5x4 pixels without loss, with alpha: (50 x, 80 y, 200 - 20 x), alpha 100 in the first column. By `cwebp
  /// -lossless -exact`.
  static let lossless: [UInt8] = hexadecimal(
    """
    524946463a000000574542505650384c2d0000002f04c00010893244f43f1611d1ff80402009717fa019464620\
    90e44f36cc10028124d9a9960dca77ce0500800300
    """)

  static func encoded(
    _ fixture: PNGFixture, quality: Int = 95, tag: ThumbnailTag? = nil
  ) throws -> [UInt8] {
    let options = ThumbnailOptions(
      size: ThumbnailSize("65500")!, quality: quality, format: .webp, tag: tag)
    return try thumbnail(fixture.encoded(), options).bytes
  }

  static func file(_ chunks: [[UInt8]]) -> [UInt8] {
    let contents = Array("WEBP".utf8) + chunks.flatMap { $0 }
    return Array("RIFF".utf8) + littleEndian(contents.count, 4) + contents
  }

  static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    Array(type.utf8) + littleEndian(data.count, 4) + data
      + (data.count.isMultiple(of: 2) ? [] : [0])
  }

  /// The extended format's header.
  static func extended(flags: UInt8, width: Int, height: Int) -> [UInt8] {
    chunk("VP8X", [flags, 0, 0, 0] + littleEndian(width - 1, 3) + littleEndian(height - 1, 3))
  }

  /// The chunks of a simple file, or what follows the header of an extended one.
  static func image(_ file: [UInt8]) -> [UInt8] {
    let isExtended = file[12..<16].elementsEqual("VP8X".utf8)
    return Array(file.dropFirst(isExtended ? 30 : 12))
  }

  /// An animation of these frames, each with its place (even numbers).
  static func animation(
    width: Int, height: Int, frames: [(x: Int, y: Int, width: Int, height: Int, file: [UInt8])]
  ) -> [UInt8] {
    let animationAndAlpha: UInt8 = 0x12
    let white: [UInt8] = [255, 255, 255, 255]
    let chunks = frames.map { frame in
      let place = littleEndian(frame.x / 2, 3) + littleEndian(frame.y / 2, 3)
      let size = littleEndian(frame.width - 1, 3) + littleEndian(frame.height - 1, 3)
      return chunk("ANMF", place + size + [100, 0, 0, 0] + image(frame.file))
    }
    return file(
      [extended(flags: animationAndAlpha, width: width, height: height)]
        + [chunk("ANIM", white + [0, 0])] + chunks)
  }

  static func littleEndian(_ number: Int, _ bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(number >> (8 * $0) & 255) }
  }

  private static func hexadecimal(_ text: String) -> [UInt8] {
    let digits = Array(text)
    return stride(from: 0, to: digits.count, by: 2).map {
      UInt8(String(digits[$0...($0 + 1)]), radix: 16)!
    }
  }
}
