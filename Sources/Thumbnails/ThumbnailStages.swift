import CImageCodecs

// The stages of making a thumbnail, each alone: `farm-bench stage` is there to count what each takes.

extension Thumbnailer {
  /// What a picture's header tells.
  package func sourceInfo(
    of bytes: UnsafeRawBufferPointer
  ) throws(ThumbnailError) -> SourceInfo {
    try Self.decoder(for: bytes).header.sourceInfo
  }

  /// Decodes a picture at the scale that its thumbnail needs, and drops the rows.
  package func decode(_ bytes: UnsafeRawBufferPointer) throws(ThumbnailError) {
    let decoder = try Self.decoder(for: bytes)
    let header = decoder.header
    let frame = options.framing.frame(for: header.uprightSize, box: options.size)
    let target = Renderer.decodingTarget([frame], of: header.uprightSize)
    let grid = try decoder.start(for: header.orientation.stored(target), options: options)
    let stride = grid.size.width * header.layout.channels * header.sampleBytes
    let rows: Memory<UInt8> = try Memory(count: stride * Resizer.batchRows)
    for first in Swift.stride(from: 0, to: grid.size.height, by: Resizer.batchRows) {
      let count = min(Resizer.batchRows, grid.size.height - first)
      try decoder.read(into: rows.start, stride: stride, count: count)
    }
    try decoder.finish()
  }

  /// Resizes black RGB rows: the resizer takes as long for them as for any others.
  package static func resize(
    width: Int, height: Int, toWidth: Int, toHeight: Int
  ) throws(ThumbnailError) {
    let source = PixelSize(width: width, height: height)
    let resizer = try Resizer(
      source: source, part: Region(whole: source),
      target: PixelSize(width: toWidth, height: toHeight))
    let stride = width * CODEC_RGB.channels
    let rows: Memory<UInt8> = try Memory(count: stride * Resizer.batchRows)
    for first in Swift.stride(from: 0, to: height, by: Resizer.batchRows) {
      resizer.push(
        rows.start, stride: stride, count: min(Resizer.batchRows, height - first),
        layout: CODEC_RGB, sampleBytes: 1, emit: { _ in })
    }
  }

  /// The thumbnail's pixels.
  package func pixels(
    of bytes: UnsafeRawBufferPointer
  ) throws(ThumbnailError) -> ThumbnailPixels {
    let decoder = try Self.decoder(for: bytes)
    let header = decoder.header
    let frame = options.framing.frame(for: header.uprightSize, box: options.size)
    let color = try ColorPlan(
      bytes, header: header, handling: options.icc, cache: colorTransforms)
    let renderer = Renderer(frames: [frame], options: options, color: color)
    return ThumbnailPixels(canvas: try renderer.canvases(from: color.applied(to: decoder))[0])
  }
}

/// A thumbnail before it is encoded.
package struct ThumbnailPixels {
  let canvas: Canvas

  /// - Returns: the file's size in bytes.
  @discardableResult
  package func encode(
    as format: EncodedFormat, options: ThumbnailOptions
  ) throws(ThumbnailError) -> Int {
    try canvas.encoded(as: format, options: options).count
  }
}
