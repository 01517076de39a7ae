import CImageCodecs

@testable import Thumbnails

extension FuzzTarget {
  static let jpeg = FuzzTarget("jpeg", seeds: PictureSeeds.jpegs) { bytes, choices in
    check(JPEGDecoder.init, bytes, &choices)
  }

  /// With checksums set right: else hardly any change would reach what lies behind them.
  static let png = FuzzTarget(
    "png", dictionary: PictureSeeds.pngWords, seeds: PictureSeeds.pngs
  ) { bytes, choices in
    var repaired = Array(bytes)
    PNGRepair.setChecksums(&repaired)
    repaired.withUnsafeBytes { check(PNGDecoder.init, $0, &choices) }
  }

  static let webp = FuzzTarget(
    "webp", dictionary: WebPSeeds.words, seeds: WebPSeeds.files
  ) { bytes, choices in
    check(WebPDecoder.init, bytes, &choices)
  }

  /// More takes long and shows nothing that these don't.
  private static let mostPixels = 1 << 20

  /// A decoder keeps to the memory that it announced; rows are as many and as long as announced; and what a
  /// strict reading accepts, a lenient one reads the same, however many rows are asked for at a time.
  private static func check(
    _ open: (UnsafeRawBufferPointer) throws(ThumbnailError) -> some PictureDecoder,
    _ bytes: UnsafeRawBufferPointer, _ choices: inout Choices
  ) {
    var peak = 0
    let opened = try? measuringMemory(&peak) { () throws(ThumbnailError) in try open(bytes) }
    // Nothing that the picture's size decides.
    requireMemory("a header", peak, below: (1 << 20) + bytes.count)
    guard let header = opened?.header else { return }
    guard header.size.width > 0, header.size.height > 0 else { fatalError("an empty picture") }
    guard header.size.width <= Thumbnailer.maxSide, header.size.height <= Thumbnailer.maxSide,
      header.size.pixels <= mostPixels, header.decoderBytes <= 64 << 20
    else { return }
    let target = PixelSize(
      width: 1 + choices.below(256) % header.size.width,
      height: 1 + choices.below(256) % header.size.height)
    let needed = Thumbnailer.memoryNeeded(
      for: header, [Frame(whole: header.size, target: target)])
    // All rows, which are there several times for a moment while they are gathered.
    let ownMemory = 4 * header.size.pixels * header.layout.channels * header.sampleBytes
    let batches = [1 + choices.below(8), 1 + choices.below(8)]
    let lenient = choices.flag()
    let rows = zip([false, true], batches).map { isLenient, batch -> [UInt8]? in
      if isLenient && !lenient { return nil }
      guard let decoder = try? open(bytes) else { fatalError("opened once, but not twice") }
      let rows = try? measuringMemory(&peak) { () throws(ThumbnailError) in
        try allRows(of: decoder, target: target, lenient: isLenient, batch: batch)
      }
      requireMemory("rows", peak, below: needed + ownMemory)
      return rows
    }
    if let strict = rows[0], lenient {
      require(rows[1] == strict, "read leniently, a whole picture is another one")
    }
  }

  private static func allRows(
    of decoder: some PictureDecoder, target: PixelSize, lenient: Bool, batch: Int
  ) throws(ThumbnailError) -> [UInt8] {
    var options = ThumbnailOptions(size: .standard, lenient: lenient)
    options.maxScans = 20
    let grid = try decoder.start(for: target, options: options)
    let header = decoder.header
    let stride = grid.size.width * header.layout.channels * header.sampleBytes
    var rows: [UInt8] = []
    for first in Swift.stride(from: 0, to: grid.size.height, by: batch) {
      let count = min(batch, grid.size.height - first)
      // Of exactly this length, as above.
      let memory: Memory<UInt8> = try Memory(count: stride * count)
      try decoder.read(into: memory.start, stride: stride, count: count)
      rows += meaningful(memory.values, header.layout)
    }
    try decoder.finish()
    return rows
  }

  private static func meaningful(
    _ samples: UnsafeMutableBufferPointer<UInt8>, _ layout: codec_layout
  ) -> [UInt8] {
    var samples = Array(samples)
    if layout == CODEC_RGBX {
      for index in stride(from: 3, to: samples.count, by: 4) { samples[index] = 0 }
    }
    return samples
  }
}

/// A PNG's chunks with the checksums that they should have.
enum PNGRepair {
  static func setChecksums(_ bytes: inout [UInt8]) {
    var offset = 8
    while bytes.count - offset >= 12 {
      let length = bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - offset - 12 else { return }
      let end = offset + 8 + length
      let sum = bytes.withUnsafeBytes {
        PNGChunks.checksum(UnsafeRawBufferPointer(rebasing: $0[(offset + 4)..<end]))
      }
      for index in 0..<4 {
        bytes[end + index] = UInt8(truncatingIfNeeded: sum >> (24 - 8 * UInt32(index)))
      }
      offset = end + 4
    }
  }
}
