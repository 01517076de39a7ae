extension Thumbnailer {
  /// From an embedded preview, if there is one that will do and it isn't broken.
  func previewed(
    _ bytes: UnsafeRawBufferPointer, _ decoder: any PictureDecoder, _ frames: [Frame]
  ) throws(ThumbnailError) -> [Thumbnail]? {
    let header = decoder.header
    let target = Renderer.decodingTarget(frames, of: header.uprightSize)
    guard options.usePreview,
      let preview = PreviewDecoder.smallest(
        in: bytes, of: header, target: header.orientation.stored(target)),
      preview.header.decoderBytes <= options.maxDecoderBytes
    else { return nil }
    // Cameras write no profile into a preview: it has the picture's colours.
    let isOwn = try SourceColor(preview.bytes, format: .jpeg).profile != nil
    let color = try ColorPlan(
      isOwn ? preview.bytes : bytes, header: preview.header, handling: options.icc,
      cache: colorTransforms)
    var strict = options
    strict.lenient = false
    let source = Source(bytes: bytes, decoder: decoder, preview: preview)
    do {
      return try with(strict).rendered(frames, from: preview, color, source)
    } catch .outOfMemory(let what) {
      throw .outOfMemory(what)
    } catch {
      return nil
    }
  }

  /// What the thumbnails are of.
  struct Source {
    let bytes: UnsafeRawBufferPointer
    let decoder: any PictureDecoder
    var preview: PreviewDecoder?

    var header: PictureHeader { decoder.header }
    var warnings: Int { decoder.warnings + (preview?.warnings ?? 0) }
  }

  func rendered(
    _ frames: [Frame], from decoder: any PictureDecoder, _ color: ColorPlan, _ source: Source
  ) throws(ThumbnailError) -> [Thumbnail] {
    let renderer = Renderer(frames: frames, options: options, color: color)
    var thumbnails: [Thumbnail] = []
    for canvas in try renderer.canvases(from: color.applied(to: decoder)) {
      let isGrey = decoder.header.layout.isGrey
      thumbnails.append(try thumbnail(of: canvas, isGrey: isGrey, source, color))
    }
    return thumbnails
  }

  private func thumbnail(
    of canvas: Canvas, isGrey: Bool, _ source: Source, _ color: ColorPlan
  ) throws(ThumbnailError) -> Thumbnail {
    let asPNG = options.format == .png || options.format == .auto && !canvas.isOpaque
    let pixels = canvas.hasAlpha && canvas.isOpaque ? canvas.droppingAlpha() : canvas
    let format: EncodedFormat = asPNG ? .png : .jpeg
    let metadata = EmbeddedMetadata(
      // A grey profile doesn't fit grey that was laid on a coloured background.
      icc: pixels.isGrey == isGrey ? color.embedded : nil,
      exif: options.keptExif(of: source.bytes, format: source.header.format, size: pixels.size))
    let small = options.placeholders.isEmpty ? nil : try pixels.forPlaceholders()
    return Thumbnail(
      bytes: try pixels.encoded(as: format, options: options, metadata: metadata),
      format: format, width: pixels.size.width, height: pixels.size.height,
      source: source.header.sourceInfo, warnings: source.warnings + color.warnings,
      thumbhash: small.flatMap { options.thumbhash(of: $0) },
      dominantColor: small.flatMap { options.dominantColor(of: $0) },
      usedPreview: source.preview != nil)
  }
}
