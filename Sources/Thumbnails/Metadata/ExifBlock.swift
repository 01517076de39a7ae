/// A picture's EXIF block, without JPEG's "Exif" prefix.
enum ExifBlock {
  private static let prefix = Array("Exif\0\0".utf8)

  /// The first of the file's that begins as one must.
  static func find(
    in bytes: UnsafeRawBufferPointer, format: SourceInfo.Format
  ) -> UnsafeRawBufferPointer? {
    switch format {
    case .jpeg: return find(inJPEG: bytes)
    case .png: return PNGChunks(bytes).exif
    case .webp: return RIFFChunks(file: bytes).exif
    }
  }

  private static func find(inJPEG bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    let marker: UInt8 = 0xE1
    var found: UnsafeRawBufferPointer?
    JPEGSegments(bytes).forEach(marker: marker) { payload in
      guard found == nil, payload.starts(with: prefix) else { return }
      let block = UnsafeRawBufferPointer(rebasing: payload.dropFirst(prefix.count))
      if TIFFReader(block) != nil { found = block }
    }
    return found
  }
}
