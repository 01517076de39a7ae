extension Orientation {
  /// The orientation that an EXIF block (TIFF's structure, without JPEG's "Exif" prefix) gives, or `nil`
  /// when it gives none that makes sense. Takes any bytes.
  init?(exif block: UnsafeRawBufferPointer) {
    guard let tiff = TIFFReader(block), let directory = tiff.uint32(at: 4),
      let value = tiff.orientation(inDirectoryAt: Int(directory))
    else { return nil }
    self.init(rawValue: value)
  }
}

/// Reads a TIFF structure's numbers in its byte order, `nil` beyond its end.
private struct TIFFReader {
  private let bytes: UnsafeRawBufferPointer
  private let isLittleEndian: Bool

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

  /// An entry is 12 bytes: tag, type, count, and the value when it fits into 4 bytes.
  func orientation(inDirectoryAt directory: Int) -> Int? {
    let orientationTag: UInt16 = 0x0112
    let entryLength = 12
    guard let count = uint16(at: directory) else { return nil }
    for index in 0..<Int(count) {
      let entry = directory + 2 + index * entryLength
      guard let tag = uint16(at: entry), let type = uint16(at: entry + 2) else { return nil }
      guard tag == orientationTag else { continue }
      switch type {
      case 1: return bytes.indices.contains(entry + 8) ? Int(bytes[entry + 8]) : nil
      case 3: return uint16(at: entry + 8).map(Int.init)
      case 4: return uint32(at: entry + 8).map(Int.init)
      default: return nil
      }
    }
    return nil
  }
}
