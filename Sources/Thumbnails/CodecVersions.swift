import CImageCodecs

/// The libraries that decode and encode.
public enum CodecVersions {
  /// Name and version of each that is built in.
  public static var all: [(name: String, version: String)] {
    let lcms = Int(codec_lcms_version())
    let webp = Int(codec_webp_version())
    var all = [
      ("libjpeg-turbo", String(cString: codec_jpeg_version())),
      ("libpng", String(cString: codec_png_version())),
      ("zlib", String(cString: codec_zlib_version())),
      ("lcms2", "\(lcms / 1000).\(lcms % 1000 / 10)"),
    ]
    if webp > 0 { all.append(("libwebp", "\(webp >> 16).\(webp >> 8 & 255).\(webp & 255)")) }
    return all
  }
}
