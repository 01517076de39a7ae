// What a thumbnail says about itself: how it was made, and the placeholders that were asked for with it.

extension ThumbnailOptions {
  /// What a thumbnail of ours says about itself begins with this.
  static let memoryPrefix = "farm/"

  /// Everything that decides a thumbnail's bytes and isn't in the source's. Settings that are as by default are
  /// left out, so that the common thumbnail is the smallest and new settings make no old one wrong.
  func memory(of size: ThumbnailSize, sourceByteCount: Int) -> ThumbnailTag? {
    var words = ["\(Self.memoryPrefix)\(Thumbnailer.version)", "\(size)", "q\(quality)"]
    words.append(format.rawValue)
    if fit != .contain { words.append(fit.rawValue) }
    if fit == .cover && gravity != .center { words.append(gravity.rawValue) }
    if enlarge { words.append("enlarge") }
    if subsampling != .yuv420 { words.append(subsampling.rawValue) }
    if progressive { words.append("progressive") }
    if format == .jpeg && background != .white { words.append("\(background)") }
    if icc != .convert { words.append("icc:\(icc.rawValue)") }
    let kept = keep.map(\.rawValue).sorted().joined(separator: ",")
    if !kept.isEmpty { words.append("keep:\(kept)") }
    if usePreview { words.append("preview") }
    if lenient { words.append("lenient") }
    words.append("\(sourceByteCount)")
    return ThumbnailTag(words.joined(separator: " "))
  }
}

extension ThumbnailTag {
  private static let thumbhashPrefix = "th="
  private static let colorPrefix = "color="
  private static let noColor = "none"

  /// With what is known of the placeholders, so that they needn't be made again with the thumbnail.
  func appending(_ values: PlaceholderValues, asked: Set<Placeholder>) -> ThumbnailTag? {
    var words = [text]
    if let thumbhash = values.thumbhash { words.append(Self.thumbhashPrefix + thumbhash) }
    if asked.contains(.dominantColor) {
      words.append(Self.colorPrefix + (values.dominantColor?.description ?? Self.noColor))
    }
    return ThumbnailTag(words.joined(separator: " "))
  }

  /// What is asked for of the placeholders in this tag; `nil` when something is missing there, or the tag
  /// doesn't begin as `memory`.
  func placeholders(after memory: ThumbnailTag, asked: Set<Placeholder>) -> PlaceholderValues? {
    guard text == memory.text || text.hasPrefix(memory.text + " ") else { return nil }
    let words = text.dropFirst(memory.text.count).split(separator: " ")
    func value(_ placeholder: Placeholder, _ prefix: String) -> String? {
      guard asked.contains(placeholder) else { return nil }
      return words.first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }
    let thumbhash = value(.thumbhash, Self.thumbhashPrefix)
    let color = value(.dominantColor, Self.colorPrefix)
    let found = (thumbhash == nil ? 0 : 1) + (color == nil ? 0 : 1)
    guard found == asked.count else { return nil }
    return PlaceholderValues(thumbhash: thumbhash, dominantColor: color.flatMap(RGBColor.init))
  }
}
