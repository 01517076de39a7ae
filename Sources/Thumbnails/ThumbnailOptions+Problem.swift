extension ThumbnailOptions {
  /// Why no ``Thumbnailer`` can be made with these options, in words for a user; `nil` when one can.
  public var problem: String? {
    if sizes.isEmpty { return "no size is given" }
    if fit.needsBothSides, let open = sizes.first(where: { $0.width == nil || $0.height == nil }) {
      return "\(open): the fit \"\(fit.rawValue)\" needs both a width and a height"
    }
    if !(1...100).contains(quality) { return "the quality \(quality) is not 1 to 100" }
    if maxPixels <= 0 || maxScans <= 0 || maxDecoderBytes < 0 {
      return "a limit is not positive"
    }
    return nil
  }

  var framing: Framing {
    Framing(fit: fit, gravity: gravity, enlarge: enlarge)
  }
}
