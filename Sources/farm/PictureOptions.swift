import ArgumentParser
import Thumbnails

/// How the thumbnails of `farm thumbs` are to look, beyond size, quality and format.
struct PictureOptions: ParsableArguments {
  @Option(
    help: """
      How a picture fills its box: contain shows all of it, cover fills the box and cuts off what \
      sticks out, exact squeezes it.
      """)
  var fit: ThumbnailFit = .contain

  @Option(
    help: ArgumentHelp(
      """
      What --fit cover keeps: center (default), a side or corner (north, southeast, ...), or \
      smart, the part with the most to see.
      """, valueName: "part"))
  var gravity: ThumbnailGravity?

  @Flag(help: "Make thumbnails larger than their pictures where the box asks for it.")
  var enlarge = false

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      """
      Screen densities: each size so many times as large, such as 1,2 for old screens and \
      doubly dense ones; 0.5 to 10. (default: 1)
      """, valueName: "n,..."))
  var dpr: [ValueList<PixelDensity>] = []

  @Option(
    help: ArgumentHelp(
      "How much colour a JPEG keeps: 4:2:0 (default), a quarter of it, or 4:4:4, all.",
      valueName: "4:2:0|4:4:4"))
  var subsampling: ChromaSubsampling?

  @Flag(help: "Write JPEGs that show themselves coarse first, then finer.")
  var progressive = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      With --format jpeg, the colour behind what is transparent: #rrggbb, #rgb or a name such as \
      black. (default: white)
      """, valueName: "color"))
  var background: RGBColor?

  @Option(
    help: ArgumentHelp(
      """
      What becomes of colour profiles: convert (default) makes colours sRGB, keep leaves colours \
      and profile as they are, strip drops the profile and leaves the colours wrong.
      """, valueName: "convert|keep|strip"))
  var icc: ICCHandling?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      """
      What to keep of a picture's metadata, else nothing: icc (as --icc keep), copyright (with \
      the artist's name), exif (camera, date, ...; not the place), gps (with exif, the place too).
      """, valueName: "what,..."))
  var keep: [ValueList<KeepWord>] = []

  @Flag(
    help: """
      Use the small picture that a camera has put into the file, where it's large enough: much \
      faster, and as good as the camera made it.
      """)
  var usePreview = false

  @Flag(help: "Make thumbnails of damaged JPEGs from what is left, and say so.")
  var lenient = false

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      """
      With --json, put into the record what can stand for a thumbnail while it loads: thumbhash \
      (a blur, in base64), color (the dominant one).
      """, valueName: "what,..."))
  var placeholder: [ValueList<PlaceholderWord>] = []

  /// `--keep`
  enum KeepWord: String, CaseIterable, ExpressibleByArgument {
    case icc, copyright, exif, gps

    var metadata: KeptMetadata? {
      switch self {
      case .icc: nil
      case .copyright: .copyright
      case .exif: .exif
      case .gps: .gps
      }
    }
  }

  /// `--placeholder`
  enum PlaceholderWord: String, CaseIterable, ExpressibleByArgument {
    case thumbhash, color

    var placeholder: Placeholder {
      switch self {
      case .thumbhash: .thumbhash
      case .color: .dominantColor
      }
    }
  }
}

extension PictureOptions {
  var densities: [PixelDensity] { dpr.isEmpty ? [.one] : dpr.flatMap(\.values) }

  private var keptWords: Set<KeepWord> { Set(keep.flatMap(\.values)) }

  func apply(to options: inout ThumbnailOptions) {
    options.fit = fit
    options.gravity = gravity ?? .center
    options.enlarge = enlarge
    options.subsampling = subsampling ?? .yuv420
    options.progressive = progressive
    options.background = background ?? .white
    options.icc = keptWords.contains(.icc) ? .keep : icc ?? .convert
    options.keep = Set(keptWords.compactMap(\.metadata))
    options.usePreview = usePreview
    options.lenient = lenient
    options.placeholders = Set(placeholder.flatMap(\.values).map(\.placeholder))
  }

  /// Refuses what would do nothing or contradict itself, which is never what was meant.
  func validate(sizes: [ThumbnailSize], format: ThumbnailFormat, json: Bool) throws {
    if fit.needsBothSides, let open = sizes.first(where: { $0.width == nil || $0.height == nil }) {
      throw ValidationError(
        "--size \(open) doesn't go with --fit \(fit.rawValue), which needs a width and a height.")
    }
    if let gravity, fit != .cover {
      throw ValidationError(
        "--gravity \(gravity.rawValue) needs --fit cover: nothing else cuts anything off.")
    }
    if let background, format != .jpeg {
      throw ValidationError(
        "--background \(background) needs --format jpeg: others keep what is transparent.")
    }
    if format == .png || format == .webp, let option = jpegOption {
      throw ValidationError(
        "\(option) doesn't go with --format \(format.rawValue): it's for JPEG.")
    }
    if !placeholder.isEmpty && !json {
      throw ValidationError("--placeholder needs --json, whose records it's written to.")
    }
    try validateMetadata()
  }

  private var jpegOption: String? {
    if let subsampling { return "--subsampling \(subsampling.rawValue)" }
    return progressive ? "--progressive" : nil
  }

  private func validateMetadata() throws {
    if let icc, icc != .keep, keptWords.contains(.icc) {
      throw ValidationError("--keep icc and --icc \(icc.rawValue) contradict each other.")
    }
    if keptWords.contains(.gps) && !keptWords.contains(.exif) {
      throw ValidationError("--keep gps needs exif, which the place is a part of: --keep exif,gps.")
    }
  }
}
