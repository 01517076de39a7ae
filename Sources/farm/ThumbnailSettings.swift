import ArgumentParser
import Thumbnails

/// Which thumbnails are made of a picture, and how: the options that a report remembers, so that one picture can be done
/// again in the same way.
struct ThumbnailSettings: ParsableArguments {
  @Option(
    name: [.customShort("s", allowingJoined: true), .long], parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      """
      The box to fit into, in pixels: 256, 320x240, 320x or x240; sides up to 65500. Several, as \
      1024,256, are made from one decoding. Nothing is enlarged unless asked. (default: 256)
      """,
      valueName: "box,..."))
  var size: [ValueList<ThumbnailSize>] = []

  @Option(
    name: [.customShort("q", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Quality of JPEG and WebP, 1 to 100.", valueName: "1-100"))
  var quality: JPEGQuality = .standard

  @Option(
    help: "What to write: auto is PNG where something is transparent, JPEG elsewhere.")
  var format: ThumbnailFormat = .auto

  @OptionGroup var picture: PictureOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Refuse larger pictures, judged by their header; 50M is 50 million.", valueName: "n"))
  var maxPixels = PixelLimit.standard

  /// - Parameter json: whether there will be records to put placeholders into.
  func validate(json: Bool) throws {
    try picture.validate(sizes: sizes, format: format, json: json)
    _ = try variants()
  }

  private var sizes: [ThumbnailSize] { size.isEmpty ? [.standard] : size.flatMap(\.values) }

  func variants() throws -> [ThumbnailVariant] {
    do {
      return try ThumbnailVariant.all(sizes: sizes, densities: picture.densities)
    } catch {
      throw ValidationError("--size and --dpr: \(error).")
    }
  }

  func options(for variants: [ThumbnailVariant]) -> ThumbnailOptions {
    var options = ThumbnailOptions(
      size: variants[0].size, quality: quality.value, format: format)
    picture.apply(to: &options)
    options.maxPixels = maxPixels.value
    return options
  }

  /// What isn't as by default, each option in one word: read back by the parser.
  var arguments: [String] {
    var words: [String] = []
    if sizes != [.standard] {
      words.append("--size=\(sizes.map(\.description).joined(separator: ","))")
    }
    if quality.value != JPEGQuality.standard.value { words.append("--quality=\(quality.value)") }
    if format != .auto { words.append("--format=\(format.rawValue)") }
    words += picture.arguments
    if maxPixels.value != PixelLimit.standard.value {
      words.append("--max-pixels=\(maxPixels.value)")
    }
    return words
  }
}

extension PictureOptions {
  fileprivate var arguments: [String] {
    let values: [(String, String?)] = [
      ("--fit", fit == .contain ? nil : fit.rawValue),
      ("--gravity", gravity?.rawValue),
      ("--dpr", dpr.isEmpty ? nil : densities.map(\.description).joined(separator: ",")),
      ("--subsampling", subsampling?.rawValue),
      ("--background", background?.description),
      ("--icc", icc?.rawValue),
      ("--keep", Self.list(keep)),
      ("--placeholder", Self.list(placeholder)),
    ]
    let flags = [
      ("--enlarge", enlarge), ("--progressive", progressive), ("--use-preview", usePreview),
      ("--lenient", lenient),
    ]
    return values.compactMap { name, value in value.map { "\(name)=\($0)" } }
      + flags.filter(\.1).map(\.0)
  }

  private static func list(_ lists: [ValueList<some RawRepresentable<String>>]) -> String? {
    let values = lists.flatMap(\.values).map(\.rawValue)
    return values.isEmpty ? nil : values.joined(separator: ",")
  }
}
