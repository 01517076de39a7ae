extension Orientation {
  /// The orientation that an EXIF block (TIFF's structure, without JPEG's "Exif" prefix) gives, or `nil`
  /// when it gives none that makes sense. Takes any bytes.
  init?(exif block: UnsafeRawBufferPointer) {
    guard let tiff = TIFFReader(block), let directory = tiff.firstDirectory,
      let entry = tiff.entry(.orientation, inDirectoryAt: directory),
      let value = tiff.number(entry)
    else { return nil }
    self.init(rawValue: value)
  }
}
