extension Thumbnailer {
  /// What is decided about each of several thumbnails besides the options, which are for all.
  struct Labelling {
    /// Which of the sizes are encoded, by index. All are rendered: the smaller ones are made from the larger
    /// ones, and shall be the same whether the others are encoded or not.
    let isWanted: (_ index: Int) -> Bool
    /// The tag of each.
    let tag: (_ index: Int, _ placeholders: PlaceholderValues) -> ThumbnailTag?
  }

  /// From an embedded preview, if there is one that will do and it isn't broken.
  func previewed(
    _ bytes: UnsafeRawBufferPointer, _ decoder: any PictureDecoder, _ frames: [Frame],
    _ labelling: Labelling, _ admission: Admission
  ) throws(ThumbnailError) -> [Thumbnail?]? {
    let header = decoder.header
    let target = Renderer.decodingTarget(frames, of: header.uprightSize)
    guard options.usePreview,
      let preview = PreviewDecoder.smallest(
        in: bytes, of: header, target: header.orientation.stored(target)),
      preview.header.decoderBytes <= options.maxDecoderBytes
    else { return nil }
    try admission(Self.memoryNeeded(for: preview.header, frames))
    // Cameras write no profile into a preview: it has the picture's colours.
    let isOwn = try SourceColor(preview.bytes, format: .jpeg).profile != nil
    let color = try ColorPlan(
      isOwn ? preview.bytes : bytes, header: preview.header, handling: options.icc,
      cache: colorTransforms)
    var strict = options
    strict.lenient = false
    let source = Source(bytes: bytes, decoder: decoder, preview: preview)
    do {
      return try with(strict).rendered(frames, from: preview, color, source, labelling)
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

  /// A thumbnail for each frame that is wanted.
  func rendered(
    _ frames: [Frame], from decoder: any PictureDecoder, _ color: ColorPlan, _ source: Source,
    _ labelling: Labelling
  ) throws(ThumbnailError) -> [Thumbnail?] {
    let renderer = Renderer(frames: frames, options: options, color: color)
    let canvases = try renderer.canvases(from: color.applied(to: decoder))
    let isGrey = decoder.header.layout.isGrey
    var thumbnails: [Thumbnail?] = []
    for (index, canvas) in canvases.enumerated() {
      guard labelling.isWanted(index) else {
        thumbnails.append(nil)
        continue
      }
      let pixels = canvas.hasAlpha && canvas.isOpaque ? canvas.droppingAlpha() : canvas
      let placeholders = try PlaceholderValues(options.placeholders, of: pixels)
      let tag = labelling.tag(index, placeholders)
      thumbnails.append(
        try thumbnail(of: pixels, isGrey: isGrey, source, color, placeholders, tag))
    }
    return thumbnails
  }

  private func thumbnail(
    of pixels: Canvas, isGrey: Bool, _ source: Source, _ color: ColorPlan,
    _ placeholders: PlaceholderValues, _ tag: ThumbnailTag?
  ) throws(ThumbnailError) -> Thumbnail {
    let format = options.format.encoded(isOpaque: pixels.isOpaque)
    let metadata = EmbeddedMetadata(
      tag: tag,
      // A grey profile doesn't fit grey that was laid on a coloured background.
      icc: pixels.isGrey == isGrey ? color.embedded : nil,
      exif: options.keptExif(of: source.bytes, format: source.header.format, size: pixels.size))
    return Thumbnail(
      bytes: try pixels.encoded(as: format, options: options, metadata: metadata),
      format: format, width: pixels.size.width, height: pixels.size.height,
      source: source.header.sourceInfo, warnings: source.warnings + color.warnings,
      placeholders: placeholders, usedPreview: source.preview != nil)
  }
}
