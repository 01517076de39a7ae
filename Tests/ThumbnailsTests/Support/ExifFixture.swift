@testable import Thumbnails

/// An EXIF block as cameras write it.
struct ExifFixture: Sendable {
  enum Value: Sendable {
    case short(Int)
    case long(Int)
    case ascii(String)
    /// Bytes without a type of their own: the maker's notes.
    case opaque([UInt8])
    /// Where a directory begins.
    case directory(Int)
    /// Where the preview begins.
    case preview
  }

  typealias Directory = [(tag: Int, value: Value)]

  static let maker = "Camera Limited"
  static let notes = Array("the maker's notes".utf8)
  static let place = "at home, second floor"

  var littleEndian = true
  var orientation = 6
  var artist: String? = "A. Photographer"
  var copyright: String? = "(c) 2026 A. Photographer"
  var hasPlace = true
  var preview: [UInt8]?
  /// Before what the camera wrote last, which is the preview.
  var padding: [UInt8] = []

  private var directories: [Directory] {
    var first: Directory = [(0x010F, .ascii(Self.maker)), (0x0112, .short(orientation))]
    if let artist { first.append((0x013B, .ascii(artist))) }
    if let copyright { first.append((0x8298, .ascii(copyright))) }
    first.append((0x8769, .directory(1)))
    if hasPlace { first.append((0x8825, .directory(2))) }
    let exif: Directory = [
      (0x927C, .opaque(Self.notes)), (0xA002, .long(4000)), (0xA003, .short(3000)),
    ]
    let place: Directory = [(0x0000, .long(0x0302)), (0x001C, .ascii(Self.place))]
    let second: Directory = [
      (0x0103, .short(6)), (0x0201, .preview), (0x0202, .long(preview?.count ?? 0)),
    ]
    return [first, exif, place] + (preview == nil ? [] : [second])
  }

  func encoded() -> [UInt8] {
    let directories = directories
    var starts: [Int] = []
    var end = 8
    for directory in directories {
      starts.append(end)
      end += 2 + 12 * directory.count + 4
    }
    // Values that don't fit, in their order; then the preview.
    let long = directories.joined().compactMap { data($0.value) }.filter { $0.count > 4 }
    let previewStart = end + long.reduce(0) { $0 + $1.count } + padding.count
    var bytes = Array((littleEndian ? "II*\0" : "MM\0*").utf8) + number(8, 4)
    for (index, directory) in directories.enumerated() {
      bytes += number(directory.count, 2)
      for (tag, value) in directory {
        bytes += number(tag, 2)
        switch value {
        case .short(let short): bytes += number(3, 2) + number(1, 4) + number(short, 2) + [0, 0]
        case .long(let long): bytes += number(4, 2) + number(1, 4) + number(long, 4)
        case .directory(let index): bytes += number(4, 2) + number(1, 4) + number(starts[index], 4)
        case .preview: bytes += number(4, 2) + number(1, 4) + number(previewStart, 4)
        case .ascii, .opaque:
          let content = data(value)!
          bytes += number(isText(value) ? 2 : 7, 2) + number(content.count, 4)
          if content.count > 4 {
            bytes += number(end, 4)
            end += content.count
          } else {
            bytes += content + [UInt8](repeating: 0, count: 4 - content.count)
          }
        }
      }
      bytes += number(index == 0 && preview != nil ? starts[3] : 0, 4)
    }
    return bytes + long.joined() + padding + (preview ?? [])
  }

  private func number(_ value: Int, _ count: Int) -> [UInt8] {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    return littleEndian ? bytes : bytes.reversed()
  }

  private func isText(_ value: Value) -> Bool {
    if case .ascii = value { true } else { false }
  }

  private func data(_ value: Value) -> [UInt8]? {
    switch value {
    case .ascii(let text): Array(text.utf8) + [0]
    case .opaque(let bytes): bytes
    default: nil
    }
  }
}

extension [UInt8] {
  func contains(_ text: String) -> Bool {
    !ranges(of: Array(text.utf8)).isEmpty
  }
}
