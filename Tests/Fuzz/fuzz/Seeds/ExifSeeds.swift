@testable import Thumbnails

/// EXIF blocks and other TIFF structures.
enum ExifSeeds {
  static func blocks() -> [[UInt8]] {
    [block(), block(preview: [0xFF, 0xD8, 0xFF, 0xD9]), bigEndian].flatMap { block in
      [0, 1].map { block + FrameSeeds.choices($0) }
    }
  }

  /// A camera's: two texts, an EXIF directory, one for the place, and perhaps a preview.
  static func block(preview: [UInt8] = []) -> [UInt8] {
    let (first, exif, place, second) = (8, 86, 104, 122)
    let texts = 152
    var bytes = Array("II*\0".utf8) + number(first, 4)
    bytes += directory(
      [
        (0x0112, 3, 1, 6), (0x013B, 2, 6, texts), (0x8298, 2, 9, texts + 6),
        (0x8769, 4, 1, exif), (0x8825, 4, 1, place), (0x0100, 4, 1, 4000),
      ], next: preview.isEmpty ? 0 : second)
    bytes += directory([(0xA002, 4, 1, 4000)], next: 0)
    bytes += directory([(0x0000, 1, 4, 0x0302)], next: 0)
    bytes += directory([(0x0201, 4, 1, texts + 15), (0x0202, 4, 1, preview.count)], next: 0)
    return bytes + Array("Alice\0".utf8) + Array("(c) 2026\0".utf8) + preview
  }

  private static let bigEndian: [UInt8] =
    Array("MM\0*".utf8) + [0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0]

  /// JPEG's index of further pictures, with one of the type "large thumbnail".
  static func pictureIndex(at position: Int, length: Int) -> [UInt8] {
    let list = 26
    return Array("II*\0".utf8) + number(8, 4) + directory([(0xB002, 7, 16, list)], next: 0)
      + number(0x01_0001, 4) + number(length, 4) + number(position, 4) + number(0, 4)
  }

  private typealias Entry = (tag: Int, type: Int, count: Int, value: Int)

  private static func directory(_ entries: [Entry], next: Int) -> [UInt8] {
    let list = entries.flatMap { entry in
      number(entry.tag, 2) + number(entry.type, 2) + number(entry.count, 4) + number(entry.value, 4)
    }
    return number(entries.count, 2) + list + number(next, 4)
  }

  private static func number(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
