/// The small JPEGs that cameras put into a picture's file: the one in the EXIF block, mostly 160 pixels wide, and
/// those of the multi-picture format (CIPA DC-007), as large as a screen. Takes any bytes.
struct EmbeddedPreviews {
  /// Real files have at most two or three.
  private static let mostEntries = 16

  /// Inside the file's bytes.
  private(set) var previews: [UnsafeRawBufferPointer] = []

  init(in bytes: UnsafeRawBufferPointer, format: SourceInfo.Format) {
    if let block = ExifBlock.find(in: bytes, format: format), let tiff = TIFFReader(block),
      let first = tiff.firstDirectory, let field = tiff.nextField(ofDirectoryAt: first),
      let second = tiff.uint32(at: field), second > 0,
      let range = tiff.preview(inDirectoryAt: Int(second))
    {
      add(UnsafeRawBufferPointer(rebasing: block[range]))
    }
    if format == .jpeg { addMultiPictures(bytes) }
  }

  private mutating func add(_ preview: UnsafeRawBufferPointer) {
    if preview.starts(with: [0xFF, 0xD8]) { previews.append(preview) }
  }

  private mutating func addMultiPictures(_ bytes: UnsafeRawBufferPointer) {
    let marker: UInt8 = 0xE2
    let signature = Array("MPF\0".utf8)
    var found: UnsafeRawBufferPointer?
    JPEGSegments(bytes).forEach(marker: marker) { payload in
      if found == nil, payload.starts(with: signature) {
        found = UnsafeRawBufferPointer(rebasing: payload.dropFirst(signature.count))
      }
    }
    guard let index = found, let tiff = TIFFReader(index), let directory = tiff.firstDirectory,
      let start = index.baseAddress, let fileStart = bytes.baseAddress,
      let entry = tiff.entry(.multiPictureEntries, inDirectoryAt: directory),
      let list = tiff.valueRange(entry)
    else { return }
    let entryLength = 16
    for offset in stride(from: list.lowerBound, to: list.upperBound, by: entryLength)
      .prefix(Self.mostEntries)
    {
      guard let attributes = tiff.uint32(at: offset), let length = tiff.uint32(at: offset + 4),
        let position = tiff.uint32(at: offset + 8), Self.isPreview(attributes)
      else { continue }
      // Positions count from the index's own beginning.
      let place = start - fileStart + Int(position)
      guard place <= bytes.count, Int(length) <= bytes.count - place else { continue }
      add(UnsafeRawBufferPointer(rebasing: bytes[place..<(place + Int(length))]))
    }
  }

  /// Pictures of the types "large thumbnail", VGA and full HD. The others (gain maps, depths, other views) show
  /// something else, however alike their shape.
  private static func isPreview(_ attributes: UInt32) -> Bool {
    [0x01_0001, 0x01_0002].contains(attributes & 0xFF_FFFF)
  }
}
