/// A copy of an EXIF block that is right for a thumbnail.
///
/// It is changed in place and not written anew: the maker's notes point to places inside the block that nobody
/// else knows. What has to go is overwritten with zeros.
struct ExifCopy {
  private(set) var bytes: [UInt8]
  private let isLittleEndian: Bool

  /// Fails when the block makes no sense. Takes any bytes.
  init?(of block: UnsafeRawBufferPointer, size: PixelSize, keepsPlace: Bool) {
    guard let tiff = TIFFReader(block), let directory = tiff.firstDirectory,
      !tiff.entries(inDirectoryAt: directory).isEmpty
    else { return nil }
    bytes = Array(block)
    isLittleEndian = tiff.isLittleEndian
    removePreview(tiff, directory)
    set(.orientation, to: Orientation.upright.rawValue, tiff, directory)
    set(.imageWidth, to: size.width, tiff, directory)
    set(.imageHeight, to: size.height, tiff, directory)
    if let exif = tiff.entry(.exifDirectory, inDirectoryAt: directory).flatMap(tiff.number) {
      set(.pixelWidth, to: size.width, tiff, exif)
      set(.pixelHeight, to: size.height, tiff, exif)
    }
    if !keepsPlace { removePlace(tiff, directory) }
    guard isSound(tiff, directory, keepsPlace: keepsPlace) else { return nil }
  }

  /// Directories that overlap may have destroyed each other, or brought back what was to go.
  private func isSound(_ before: TIFFReader, _ directory: Int, keepsPlace: Bool) -> Bool {
    bytes.withUnsafeBytes { raw in
      guard let tiff = TIFFReader(raw), tiff.firstDirectory == directory else { return false }
      let entries = tiff.entries(inDirectoryAt: directory)
      let removed = before.entries(inDirectoryAt: directory).filter {
        !keepsPlace && $0.tag == TIFFReader.Tag.gpsDirectory.rawValue
      }
      let hasPlace = entries.contains { $0.tag == TIFFReader.Tag.gpsDirectory.rawValue }
      let orientation = Orientation(exif: raw) ?? .upright
      let next = tiff.nextField(ofDirectoryAt: directory).flatMap(tiff.uint32) ?? 0
      return entries.count + removed.count == before.entries(inDirectoryAt: directory).count
        && orientation == .upright && next == 0 && (keepsPlace || !hasPlace)
    }
  }

  // MARK: - Changes

  /// Leaves a value alone that is there in a type that it can't have, or that went with the preview.
  private mutating func set(
    _ tag: TIFFReader.Tag, to value: Int, _ tiff: TIFFReader, _ directory: Int
  ) {
    for entry in tiff.entries(inDirectoryAt: directory)
    where entry.tag == tag.rawValue && entry.offset + TIFFReader.Entry.length <= bytes.count {
      switch entry.type {
      case 1: bytes[entry.valueField] = UInt8(clamping: value)
      case 3: write(UInt64(UInt16(clamping: value)), count: 2, at: entry.valueField)
      case 4: write(UInt64(UInt32(clamping: value)), count: 4, at: entry.valueField)
      default: break
      }
    }
  }

  private mutating func write(_ value: UInt64, count: Int, at offset: Int) {
    for index in 0..<count {
      let shift = 8 * (isLittleEndian ? index : count - 1 - index)
      bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(shift))
    }
  }

  private mutating func erase(_ range: Range<Int>) {
    let inside = range.clamped(to: bytes.indices)
    bytes.replaceSubrange(inside, with: repeatElement(0, count: inside.count))
  }

  private mutating func eraseDirectory(at directory: Int, _ tiff: TIFFReader) {
    let entries = tiff.entries(inDirectoryAt: directory)
    for entry in entries {
      if let value = tiff.valueRange(entry) { erase(value) }
    }
    erase(directory..<(directory + 2 + (entries.count * TIFFReader.Entry.length) + 4))
  }

  /// The second directory describes the preview.
  private mutating func removePreview(_ tiff: TIFFReader, _ directory: Int) {
    guard let field = tiff.nextField(ofDirectoryAt: directory), let next = tiff.uint32(at: field),
      next > 0
    else { return }
    write(0, count: 4, at: field)
    let preview = tiff.preview(inDirectoryAt: Int(next))
    if let preview { erase(preview) }
    eraseDirectory(at: Int(next), tiff)
    // Most cameras put it last.
    guard let start = preview?.lowerBound, start >= field + 4,
      bytes[start...].allSatisfy({ $0 == 0 })
    else { return }
    bytes.removeSubrange(start...)
  }

  private mutating func removePlace(_ tiff: TIFFReader, _ directory: Int) {
    let entries = tiff.entries(inDirectoryAt: directory)
    let kept = entries.filter { $0.tag != TIFFReader.Tag.gpsDirectory.rawValue }
    guard kept.count < entries.count, let end = tiff.nextField(ofDirectoryAt: directory),
      end + 4 <= bytes.count
    else { return }
    for entry in entries where entry.tag == TIFFReader.Tag.gpsDirectory.rawValue {
      if let place = tiff.number(entry) { eraseDirectory(at: place, tiff) }
    }
    var list = kept.flatMap { bytes[$0.offset..<($0.offset + TIFFReader.Entry.length)] }
    list += bytes[end..<(end + 4)]
    let start = directory + 2
    list += repeatElement(0, count: end + 4 - start - list.count)
    bytes.replaceSubrange(start..<(end + 4), with: list)
    write(UInt64(kept.count), count: 2, at: directory)
  }
}
