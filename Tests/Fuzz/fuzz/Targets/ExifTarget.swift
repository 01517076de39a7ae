@testable import Thumbnails

extension FuzzTarget {
  /// An EXIF block: what is read lies inside it, and a copy for a thumbnail has neither the place nor a preview
  /// nor an orientation, whatever the block was.
  static let exif = FuzzTarget("exif", seeds: ExifSeeds.blocks) { bytes, choices in
    _ = Orientation(exif: bytes)
    checkReader(bytes)
    checkCopy(bytes, keepsPlace: choices.flag())
    checkCopyright(bytes)
  }

  private static func checkReader(_ bytes: UnsafeRawBufferPointer) {
    guard let tiff = TIFFReader(bytes), let directory = tiff.firstDirectory else { return }
    for entry in tiff.entries(inDirectoryAt: directory) {
      require(entry.offset + TIFFReader.Entry.length <= bytes.count, "an entry beyond the end")
      if let range = tiff.valueRange(entry) {
        require(range.lowerBound >= 0 && range.upperBound <= bytes.count, "a value beyond the end")
      }
      _ = tiff.number(entry)
      if let next = tiff.number(entry), let range = tiff.preview(inDirectoryAt: next) {
        require(
          range.lowerBound >= 0 && range.upperBound <= bytes.count, "a preview beyond the end")
      }
    }
    _ = tiff.nextField(ofDirectoryAt: directory).flatMap(tiff.uint32)
  }

  private static func checkCopy(_ bytes: UnsafeRawBufferPointer, keepsPlace: Bool) {
    let size = PixelSize(width: 256, height: 171)
    guard let copy = ExifCopy(of: bytes, size: size, keepsPlace: keepsPlace)?.bytes else { return }
    require(copy.count <= bytes.count, "a copy longer than the block")
    copy.withUnsafeBytes { copy in
      guard let tiff = TIFFReader(copy), let directory = tiff.firstDirectory else {
        fatalError("a copy that is no EXIF block")
      }
      require(Orientation(exif: copy) ?? .upright == .upright, "a copy with an orientation")
      let place = tiff.entry(.gpsDirectory, inDirectoryAt: directory)
      require(keepsPlace || place == nil, "a copy with the place")
      let next = tiff.nextField(ofDirectoryAt: directory).flatMap(tiff.uint32)
      require((next ?? 0) == 0, "a copy with a second directory")
    }
  }

  private static func checkCopyright(_ bytes: UnsafeRawBufferPointer) {
    guard let block = CopyrightExif.bytes(from: bytes) else { return }
    let again = block.withUnsafeBytes(CopyrightExif.bytes(from:))
    require(again == block, "a copyright notice that reads as another one")
  }
}
