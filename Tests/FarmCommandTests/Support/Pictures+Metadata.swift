/// An EXIF block of little-endian TIFF: whose picture it is, where it was taken, and a preview.
struct Exif {
  static let maker = "Camera Limited"
  static let artist = "A. Photographer"
  static let place = "at home, second floor"

  var preview: [UInt8]?

  private enum Value {
    case text(String)
    case number(Int)
  }

  func encoded() -> [UInt8] {
    // The header, then the directories: four entries, one of the place, and one of the preview.
    let placeStart = 8 + length(4)
    let previewStart = placeStart + length(1)
    let textStart = previewStart + length(2)
    let pixelStart =
      textStart + [Self.maker, Self.artist, Self.place].reduce(0) { $0 + $1.utf8.count + 1 }
    var texts: [UInt8] = []
    func directory(_ entries: [(tag: Int, value: Value)], next: Int) -> [UInt8] {
      var bytes = number(entries.count, 2)
      for (tag, value) in entries {
        bytes += number(tag, 2)
        switch value {
        case .number(let value): bytes += number(4, 2) + number(1, 4) + number(value, 4)
        case .text(let text):
          bytes += number(2, 2) + number(text.utf8.count + 1, 4)
          bytes += number(textStart + texts.count, 4)
          texts += Array(text.utf8) + [0]
        }
      }
      return bytes + number(next, 4)
    }
    let first = directory(
      [
        (0x010F, .text(Self.maker)), (0x0112, .number(1)), (0x013B, .text(Self.artist)),
        (0x8825, .number(placeStart)),
      ], next: preview == nil ? 0 : previewStart)
    let place = directory([(0x001C, .text(Self.place))], next: 0)
    let second = directory(
      [(0x0201, .number(pixelStart)), (0x0202, .number(preview?.count ?? 0))], next: 0)
    return Array("II*\0".utf8) + number(8, 4) + first + place + second + texts + (preview ?? [])
  }

  private func length(_ entries: Int) -> Int { 2 + 12 * entries + 4 }

  private func number(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

extension [UInt8] {
  func contains(_ text: String) -> Bool { !ranges(of: Array(text.utf8)).isEmpty }

  /// A PNG with a cICP chunk that says that its colours are Display P3's.
  var asDisplayP3: [UInt8] {
    let data = Array("cICP".utf8) + [12, 13, 0, 1]
    let afterHeader = 8 + 25
    return self[..<afterHeader] + [0, 0, 0, 4] + data + data.checksum + self[afterHeader...]
  }

  /// CRC-32 as PNG has it, big-endian.
  private var checksum: [UInt8] {
    var sum = UInt32.max
    for byte in self {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 0 ? 0 : 0xEDB8_8320) }
    }
    return Swift.withUnsafeBytes(of: (~sum).bigEndian) { Array($0) }
  }
}
