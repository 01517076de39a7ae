@testable import Thumbnails

extension FuzzTarget {
  /// The readers of a file's own structure, each on any bytes: what they find lies inside the file.
  static let containers = FuzzTarget(
    "containers", dictionary: PictureSeeds.pngWords + WebPSeeds.words + jpegWords,
    seeds: PictureSeeds.all
  ) { bytes, choices in
    var checked = Array(bytes)
    if choices.flag() { PNGRepair.setChecksums(&checked) }
    checked.withUnsafeBytes { bytes in
      _ = PictureFormat.sniff(bytes)
      try? Thumbnailer.check(Array(bytes.prefix(PictureFormat.headLength)))
      if let tag = ThumbnailTag.read(fromHead: bytes) {
        require(ThumbnailTag(tag.text) == tag, "a tag that is none")
      }
      for format in [SourceInfo.Format.jpeg, .png, .webp] { check(bytes, format) }
    }
  }

  private static let jpegWords = ["ICC_PROFILE\0", "Exif\0\0", "MPF\0", "II*\0", "MM\0*"]

  private static func check(_ bytes: UnsafeRawBufferPointer, _ format: SourceInfo.Format) {
    if let block = ExifBlock.find(in: bytes, format: format) {
      requireInside(block, bytes, "an EXIF block")
    }
    for preview in EmbeddedPreviews(in: bytes, format: format).previews {
      requireInside(preview, bytes, "a preview")
    }
    if let frame = RIFFChunks(file: bytes).firstFrame {
      requireInside(frame.data, bytes, "an animation's frame")
    }
    var peak = 0
    let color = measuringMemory(&peak) { try? SourceColor(bytes, format: format) }
    // An unpacked profile, as it grows, and a copy.
    let mostMemory = 4 * ColorProfile.maxLength + 8 * bytes.count + (1 << 20)
    requireMemory("a colour profile", peak, below: mostMemory)
    if case .icc(let profile) = color?.profile {
      require(profile.count <= ColorProfile.maxLength, "a profile of \(profile.count) bytes")
    }
  }

  private static func requireInside(
    _ part: UnsafeRawBufferPointer, _ whole: UnsafeRawBufferPointer, _ what: String
  ) {
    guard let start = part.baseAddress, let from = whole.baseAddress, !part.isEmpty else { return }
    require(
      start >= from && start + part.count <= from + whole.count, "\(what) outside of the file")
    // Every byte can be read.
    _ = part.reduce(0 as UInt8, ^)
  }
}
