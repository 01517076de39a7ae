import CImageCodecs

/// What is written into a thumbnail's file besides its pixels.
struct EmbeddedMetadata {
  var tag: ThumbnailTag?
  /// A colour profile.
  var icc: [UInt8]?
  /// An EXIF block, without JPEG's "Exif" prefix.
  var exif: [UInt8]?
}

extension Canvas {
  /// The file's bytes. JPEG takes a canvas without alpha only.
  func encoded(
    as format: EncodedFormat, options: ThumbnailOptions,
    metadata: EmbeddedMetadata = EmbeddedMetadata()
  ) throws(ThumbnailError) -> [UInt8] {
    var settings = codec_jpeg_settings(
      quality: UInt32(options.quality), full_chroma: options.subsampling == .yuv444,
      progressive: options.progressive)
    var encoded = codec_bytes()
    var report = codec_report()
    let status = withCodecPicture(metadata) { picture in
      switch format {
      case .jpeg: codec_jpeg_encode(picture, &settings, &encoded, &report)
      case .png: codec_png_encode(picture, &encoded, &report)
      case .webp: codec_webp_encode(picture, UInt32(options.quality), &encoded, &report)
      }
    }
    if let error = ThumbnailError(status, &report) { throw error }
    defer { codec_bytes_free(encoded) }
    return Array(UnsafeBufferPointer(start: encoded.data, count: encoded.count))
  }

  var layout: codec_layout {
    switch (isGrey, hasAlpha) {
    case (true, false): CODEC_GREY
    case (true, true): CODEC_GREY_ALPHA
    case (false, false): CODEC_RGB
    case (false, true): CODEC_RGBA
    }
  }

  private func withCodecPicture(
    _ metadata: EmbeddedMetadata, body: (UnsafePointer<codec_picture>) -> codec_status
  ) -> codec_status {
    let comment = metadata.tag.map { Array($0.text.utf8CString) }
    return samples.withUnsafeBufferPointer { samples in
      withOptionalPointer(comment) { comment, length in
        withOptionalPointer(metadata.icc) { icc, iccLength in
          withOptionalPointer(metadata.exif) { exif, exifLength in
            var picture = codec_picture(
              samples: samples.baseAddress, width: UInt32(size.width),
              height: UInt32(size.height), layout: layout, comment: comment,
              comment_length: max(length - 1, 0), icc: icc, icc_length: iccLength, exif: exif,
              exif_length: exifLength)
            return body(&picture)
          }
        }
      }
    }
  }
}

/// `nil` and 0 for no array.
private func withOptionalPointer<Element, Result>(
  _ elements: [Element]?, _ body: (UnsafePointer<Element>?, Int) -> Result
) -> Result {
  guard let elements else { return body(nil, 0) }
  return elements.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
}
