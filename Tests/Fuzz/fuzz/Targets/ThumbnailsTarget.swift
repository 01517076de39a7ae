@testable import Thumbnails

extension FuzzTarget {
  /// The whole way, from a file's bytes to thumbnails: they fit their boxes, are pictures themselves, come out the
  /// same twice, and take no more memory than was asked for before.
  static let thumbnails = FuzzTarget(
    "thumbnails", dictionary: PictureSeeds.pngWords + WebPSeeds.words,
    seeds: PictureSeeds.all
  ) { bytes, choices in
    let thumbnailer = Thumbnailer(options: options(&choices))
    var input = Array(bytes)
    if choices.flag() { PNGRepair.setChecksums(&input) }
    guard let made = thumbnails(thumbnailer, input) else { return }
    for (thumbnail, box) in zip(made, thumbnailer.options.sizes) { check(thumbnail, box) }
    if choices.below(8) == 7 {
      require(thumbnails(thumbnailer, input) == made, "another thumbnail the second time")
    }
  }

  private static func options(_ choices: inout Choices) -> ThumbnailOptions {
    var options = ThumbnailOptions(
      size: .standard, fit: choices.one(of: ThumbnailFit.allCases),
      gravity: choices.one(of: ThumbnailGravity.allCases))
    let sides = (0..<3).map { _ in choices.one(of: [1, 2, 3, 7, 16, 40, 75, 200]) }
    options.sizes = [
      ThumbnailSize(width: sides[0], height: sides[1]),
      ThumbnailSize(width: sides[2], height: sides[2]),
    ].compactMap(\.self)
    // Independent flags out of two bytes: there are more of them than choices.
    let flags = choices.below(256) << 8 | choices.below(256)
    func isSet(_ bit: Int) -> Bool { flags >> bit & 1 == 1 }
    options.lenient = isSet(0)
    options.enlarge = isSet(1)
    options.usePreview = isSet(2)
    options.progressive = isSet(3)
    options.icc = isSet(4) ? .strip : isSet(5) ? .keep : .convert
    options.keep = isSet(6) ? [.exif] : isSet(7) ? [.exif, .gps] : isSet(8) ? [.copyright] : []
    options.format = isSet(9) ? .png : isSet(10) ? .webp : isSet(11) ? .jpeg : .auto
    options.placeholders = isSet(12) ? [.thumbhash, .dominantColor] : []
    options.subsampling = isSet(13) ? .yuv444 : .yuv420
    if isSet(14) { options.sizes.removeLast() }
    options.maxPixels = 1 << 20
    options.maxDecoderBytes = 32 << 20
    options.maxScans = 20
    return options
  }

  private static func thumbnails(_ thumbnailer: Thumbnailer, _ input: [UInt8]) -> [Thumbnail]? {
    var claimed = 0
    let all = Thumbnailer.Labelling(isWanted: { _ in true }, tag: { _, _ in nil })
    var peak = 0
    let result = try? measuringMemory(&peak) { () throws(ThumbnailError) in
      try input.withUnsafeBytes { raw in
        Result { () throws(ThumbnailError) in
          try thumbnailer.thumbnails(of: raw, all) { claimed = max(claimed, $0) }
        }
      }.get()
    }
    // What a picture is refused by costs next to nothing.
    let free = (1 << 18) + 4 * input.count
    requireMemory("thumbnails", peak, below: free + claimed)
    return result?.compactMap(\.self)
  }

  private static func check(_ thumbnail: Thumbnail, _ box: ThumbnailSize) {
    require(
      thumbnail.width >= 1 && thumbnail.height >= 1 && thumbnail.width <= box.width ?? .max
        && thumbnail.height <= box.height ?? .max,
      "\(thumbnail.width)x\(thumbnail.height) in \(box)")
    var again = ThumbnailOptions(size: ThumbnailSize(width: 4, height: 4) ?? .standard)
    again.maxPixels = thumbnail.width * thumbnail.height
    do {
      let smaller = try Thumbnailer(options: again).thumbnail(of: thumbnail.bytes)
      require(
        smaller.source.width == thumbnail.width && smaller.source.height == thumbnail.height
          && smaller.warnings == 0 && smaller.source.orientation == 1,
        "a thumbnail that is another picture: \(smaller.source), \(smaller.warnings) warnings")
    } catch {
      fatalError("a thumbnail that is no picture: \(error)")
    }
  }
}
