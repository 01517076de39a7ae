/// Reads a TIFF structure's numbers in its byte order, `nil` beyond its end. EXIF blocks and JPEG's
/// multi-picture index are such structures. Takes any bytes; follows no pointer on its own, so none can lead
/// it in a circle.
struct TIFFReader {
  /// A value of a directory: 12 bytes that hold tag, type, count, and the value or where it is.
  struct Entry {
    static let length = 12

    var tag: UInt16
    var type: UInt16
    var count: Int
    /// Where these 12 bytes are.
    var offset: Int

    /// Where the last 4 are.
    var valueField: Int { offset + 8 }

    /// In bytes; `nil` for a type that TIFF 6.0 doesn't know.
    var valueLength: Int? {
      let sizes = [1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8]
      return (1...sizes.count).contains(Int(type)) ? sizes[Int(type) - 1] * count : nil
    }
  }

  /// A directory's values that mean something here.
  enum Tag: UInt16 {
    case imageWidth = 0x0100
    case imageHeight = 0x0101
    case orientation = 0x0112
    case artist = 0x013B
    case thumbnailOffset = 0x0201
    case thumbnailLength = 0x0202
    case copyright = 0x8298
    case exifDirectory = 0x8769
    case gpsDirectory = 0x8825
    case pixelWidth = 0xA002
    case pixelHeight = 0xA003
    /// The multi-picture index's list of pictures.
    case multiPictureEntries = 0xB002
  }

  let bytes: UnsafeRawBufferPointer
  let isLittleEndian: Bool

  init?(_ bytes: UnsafeRawBufferPointer) {
    let littleEndian = Array("II*\0".utf8)
    let bigEndian = Array("MM\0*".utf8)
    if bytes.starts(with: littleEndian) {
      isLittleEndian = true
    } else if bytes.starts(with: bigEndian) {
      isLittleEndian = false
    } else {
      return nil
    }
    self.bytes = bytes
  }

  func uint16(at offset: Int) -> UInt16? {
    guard offset >= 0, offset <= bytes.count - 2 else { return nil }
    let value = bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
    return isLittleEndian ? UInt16(littleEndian: value) : UInt16(bigEndian: value)
  }

  func uint32(at offset: Int) -> UInt32? {
    guard offset >= 0, offset <= bytes.count - 4 else { return nil }
    let value = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    return isLittleEndian ? UInt32(littleEndian: value) : UInt32(bigEndian: value)
  }

  var firstDirectory: Int? { uint32(at: 4).map(Int.init) }

  /// Those that lie inside the bytes.
  func entries(inDirectoryAt directory: Int) -> [Entry] {
    guard let count = uint16(at: directory) else { return [] }
    var entries: [Entry] = []
    for index in 0..<Int(count) {
      let offset = directory + 2 + index * Entry.length
      guard let tag = uint16(at: offset), let type = uint16(at: offset + 2),
        let count = uint32(at: offset + 4), uint32(at: offset + 8) != nil
      else { break }
      entries.append(Entry(tag: tag, type: type, count: Int(count), offset: offset))
    }
    return entries
  }

  /// The first one with this tag.
  func entry(_ tag: Tag, inDirectoryAt directory: Int) -> Entry? {
    entries(inDirectoryAt: directory).first { $0.tag == tag.rawValue }
  }

  /// Where the pointer to the next directory is.
  func nextField(ofDirectoryAt directory: Int) -> Int? {
    uint16(at: directory).map { directory + 2 + Int($0) * Entry.length }
  }

  /// A single BYTE, SHORT or LONG.
  func number(_ entry: Entry) -> Int? {
    switch entry.type {
    case 1: return entry.valueField < bytes.count ? Int(bytes[entry.valueField]) : nil
    case 3: return uint16(at: entry.valueField).map(Int.init)
    case 4: return uint32(at: entry.valueField).map(Int.init)
    default: return nil
    }
  }

  /// Where a value's bytes are.
  func valueRange(_ entry: Entry) -> Range<Int>? {
    guard let length = entry.valueLength else { return nil }
    if length <= 4 { return entry.valueField..<(entry.valueField + length) }
    guard let offset = uint32(at: entry.valueField), Int(offset) <= bytes.count - length else {
      return nil
    }
    return Int(offset)..<(Int(offset) + length)
  }

  /// The JPEG that EXIF's second directory speaks of, where it lies inside the bytes.
  func preview(inDirectoryAt directory: Int) -> Range<Int>? {
    guard let offset = entry(.thumbnailOffset, inDirectoryAt: directory).flatMap(number),
      let length = entry(.thumbnailLength, inDirectoryAt: directory).flatMap(number),
      offset <= bytes.count, length <= bytes.count - offset
    else { return nil }
    return offset..<(offset + length)
  }
}
