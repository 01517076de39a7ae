import CImageCodecs

/// The way from one profile to sRGB for pictures of one kind of samples.
///
/// Unchecked because it holds a C handle: that is immutable once made, and lcms2's transforms keep nothing
/// between calls when they are made without a cache.
final class ColorTransform: @unchecked Sendable {
  /// What a profile must be for: `CODEC_GREY`, `CODEC_RGB`, or one of the two kinds of ink.
  let samples: codec_layout
  let order: codec_color_order
  private let handle: OpaquePointer

  /// - Throws: what is wrong with the profile, or that there is no memory.
  init(icc: [UInt8], samples: codec_layout) throws(ThumbnailError) {
    var handle: OpaquePointer?
    var report = codec_report()
    let status = icc.withUnsafeBufferPointer { icc in
      codec_color_create(icc.baseAddress, icc.count, samples, &handle, &report)
    }
    if let error = ThumbnailError(status, &report) { throw error }
    guard let handle else { throw .outOfMemory("a colour transform") }
    self.samples = samples
    self.handle = handle
    order = codec_color_order_of(handle)
  }

  deinit {
    codec_color_free(handle)
  }

  /// Converts a row of the resizer's.
  func convertFinished(
    _ row: UnsafeBufferPointer<Int16>, width: Int, into converted: UnsafeMutablePointer<Int16>
  ) {
    codec_color_convert_finished(handle, row.baseAddress, UInt32(width), converted)
  }

  /// Converts a decoder's row to 16-bit samples.
  func convert(
    _ row: UnsafePointer<UInt8>, header: PictureHeader, width: Int,
    into converted: UnsafeMutablePointer<UInt16>
  ) {
    codec_color_convert_row(
      handle, header.layout, UInt32(header.sampleBytes), row, UInt32(width), converted)
  }
}

extension codec_layout {
  /// The layout as far as a profile is concerned.
  var colorSamples: codec_layout {
    switch self {
    case CODEC_GREY, CODEC_GREY_ALPHA: CODEC_GREY
    case CODEC_CMYK, CODEC_CMYK_INVERTED: self
    default: CODEC_RGB
    }
  }

  var isInk: Bool { self == CODEC_CMYK || self == CODEC_CMYK_INVERTED }
}
