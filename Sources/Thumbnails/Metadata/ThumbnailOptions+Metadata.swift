extension ThumbnailOptions {
  /// The EXIF block for a thumbnail of this size; `nil` for none.
  func keptExif(
    of bytes: UnsafeRawBufferPointer, format: SourceInfo.Format, size: PixelSize
  ) -> [UInt8]? {
    // What a JPEG's segment holds besides its length and EXIF's prefix.
    let longest = 65_533 - 6
    guard keep.contains(.exif) || keep.contains(.copyright),
      let block = ExifBlock.find(in: bytes, format: format), block.count <= longest
    else { return nil }
    return keep.contains(.exif)
      ? ExifCopy(of: block, size: size, keepsPlace: keep.contains(.gps))?.bytes
      : CopyrightExif.bytes(from: block)
  }
}
