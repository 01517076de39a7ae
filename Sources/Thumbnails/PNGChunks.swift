/// Finds a PNG's chunks without reading them into memory.
///
/// The decoder skips what a thumbnail doesn't need, whatever its length; the few chunks that matter besides
/// the pixels are looked up here, in the file's own bytes.
struct PNGChunks {
  private static let signatureLength = 8
  /// A length, a type and a checksum, 4 bytes each.
  private static let overhead = 12

  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  /// The EXIF block, which may come before or after the pixels, when its checksum is right.
  var exif: UnsafeRawBufferPointer? {
    first("eXIf")
  }

  /// The first chunk of each of the wanted types before palette and pixels, when its checksum is right.
  func firstBeforePixels(_ wanted: Set<String>) -> [String: UnsafeRawBufferPointer] {
    var found: [String: UnsafeRawBufferPointer] = [:]
    var offset = Self.signatureLength
    while bytes.count - offset >= Self.overhead {
      let length = Int(uint32(at: offset))
      guard length <= bytes.count - offset - Self.overhead else { break }
      let typed = UnsafeRawBufferPointer(rebasing: bytes[(offset + 4)..<(offset + 8 + length)])
      let type = String(decoding: typed.prefix(4), as: UTF8.self)
      if type == "IDAT" || type == "PLTE" { break }
      if wanted.contains(type), found[type] == nil, length <= ColorProfile.maxLength,
        Self.checksum(typed) == uint32(at: offset + 8 + length)
      {
        found[type] = UnsafeRawBufferPointer(rebasing: typed.dropFirst(4))
      }
      offset += length + Self.overhead
    }
    return found
  }

  private func first(_ wanted: StaticString) -> UnsafeRawBufferPointer? {
    let type = UnsafeRawBufferPointer(start: wanted.utf8Start, count: wanted.utf8CodeUnitCount)
    var offset = Self.signatureLength
    while bytes.count - offset >= Self.overhead {
      let length = Int(uint32(at: offset))
      guard length <= bytes.count - offset - Self.overhead else { return nil }
      let typed = UnsafeRawBufferPointer(rebasing: bytes[(offset + 4)..<(offset + 8 + length)])
      if typed.starts(with: type) {
        let isWhole = Self.checksum(typed) == uint32(at: offset + 8 + length)
        return isWhole ? UnsafeRawBufferPointer(rebasing: typed.dropFirst(4)) : nil
      }
      offset += length + Self.overhead
    }
    return nil
  }

  private func uint32(at offset: Int) -> UInt32 {
    UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// CRC-32 as in the PNG specification, annex D; bit by bit, since it runs over one small chunk at most.
  static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    let polynomial: UInt32 = 0xEDB8_8320
    var sum = UInt32.max
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 {
        sum = sum & 1 == 0 ? sum >> 1 : sum >> 1 ^ polynomial
      }
    }
    return ~sum
  }
}
