import CImageCodecs

extension ThumbnailError {
  /// `nil` when the codec ended well.
  init?(_ status: codec_status, _ report: UnsafePointer<codec_report>?) {
    if status == CODEC_OK { return nil }
    let text = report.map(Self.text) ?? ""
    switch status {
    case CODEC_TRUNCATED: self = .truncated(text)
    case CODEC_UNSUPPORTED: self = .unsupported("\(text) isn't supported")
    case CODEC_TOO_LARGE: self = .tooLarge(text)
    case CODEC_TOO_MANY_SCANS: self = .tooManyScans(text)
    case CODEC_OUT_OF_MEMORY: self = .outOfMemory(text)
    default: self = .corrupt(text)
    }
  }

  private static func text(_ report: UnsafePointer<codec_report>) -> String {
    withUnsafeBytes(of: report.pointee.message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
