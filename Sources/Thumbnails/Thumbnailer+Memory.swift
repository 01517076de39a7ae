extension Thumbnailer {
  /// Asked before anything is allocated that a picture's size decides.
  ///
  /// Gets the bytes of memory that the picture will take at most, besides its file; throws when there aren't so
  /// many.
  typealias Admission = (_ bytes: Int) throws(ThumbnailError) -> Void

  /// What making thumbnails of a picture takes, at most.
  ///
  /// - A decoder that can't stream, or holds the reduced picture, takes what the header says.
  /// - A decoder that streams, and the resizers, hold some rows: a few hundred bytes for each pixel of a side.
  /// - A thumbnail is there as samples, perhaps as the 16 bits a sample from which smaller ones are made, and
  ///   encoded.
  static func memoryNeeded(for header: PictureHeader, _ frames: [Frame]) -> Int {
    let bytesPerSidePixel = 512
    let bytesPerThumbnailPixel = 24
    // Tables, profiles, the encoder's state.
    let fixed = 8 << 20
    let sides = header.size.width + header.size.height
    let thumbnails = frames.reduce(0) { $0 + $1.target.pixels + $1.finalSize.pixels }
    return fixed + header.decoderBytes + header.reducedBytes + sides * bytesPerSidePixel
      + thumbnails * bytesPerThumbnailPixel
  }
}
