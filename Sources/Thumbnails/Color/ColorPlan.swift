import CImageCodecs

/// What is done about one picture's colours.
struct ColorPlan {
  /// `nil` when the pixels stay as they are.
  let transform: ColorTransform?
  /// To be embedded in the thumbnail.
  let embedded: [UInt8]?
  /// What the file says about its colours that made no sense.
  let warnings: Int

  /// - Throws: that there is no memory; nothing that a file says about its colours fails a picture.
  init(
    _ bytes: UnsafeRawBufferPointer, header: PictureHeader, handling: ICCHandling,
    cache: ColorTransformCache
  ) throws(ThumbnailError) {
    guard handling != .strip else {
      self.init(transform: nil, embedded: nil, warnings: 0)
      return
    }
    let source = try SourceColor(bytes, format: header.format)
    guard let profile = source.profile else {
      self.init(transform: nil, embedded: nil, warnings: source.warnings)
      return
    }
    let samples = header.layout.colorSamples
    guard let transform = try cache.transform(from: profile, samples: samples) else {
      self.init(transform: nil, embedded: nil, warnings: source.warnings + 1)
      return
    }
    // Ink becomes light in any case, so its profile can't be kept.
    if handling == .keep, !header.layout.isInk {
      let embedded = try profile.iccBytes(isGrey: header.layout.isGrey)
      self.init(transform: nil, embedded: embedded, warnings: source.warnings)
    } else {
      let isNeeded = transform.order != CODEC_COLOR_NEVER
      self.init(
        transform: isNeeded ? transform : nil, embedded: nil, warnings: source.warnings)
    }
  }

  private init(transform: ColorTransform?, embedded: [UInt8]?, warnings: Int) {
    self.transform = transform
    self.embedded = embedded
    self.warnings = warnings
  }

  /// The decoder to resize from: it gives converted rows when that has to happen before the resize.
  func applied(to decoder: any PictureDecoder) -> any PictureDecoder {
    guard let transform, transform.order == CODEC_COLOR_BEFORE_RESIZE else { return decoder }
    return ColorConvertingDecoder(decoder, transform)
  }

  /// What converts the resizer's rows of this width; `nil` when they are right as they are.
  func rowConverter(width: Int) throws(ThumbnailError) -> ColorRowConverter? {
    guard let transform, transform.order == CODEC_COLOR_AFTER_RESIZE else { return nil }
    return try ColorRowConverter(transform, width: width)
  }
}

/// Converts the resizer's finished rows: few pixels, and finer than 8 bits still.
struct ColorRowConverter {
  private let transform: ColorTransform
  private let width: Int
  private let converted: Memory<Int16>

  init(_ transform: ColorTransform, width: Int) throws(ThumbnailError) {
    self.transform = transform
    self.width = width
    converted = try Memory(count: width * Int(CODEC_CHANNELS))
  }

  /// The result is valid until the next call.
  func callAsFunction(_ row: UnsafeBufferPointer<Int16>) -> UnsafeBufferPointer<Int16> {
    transform.convertFinished(row, width: width, into: converted.start)
    return UnsafeBufferPointer(converted.values)
  }
}
