import CPictureFixtures

@testable import Thumbnails

extension FuzzTarget {
  /// What libjpeg isn't asked for, our own code makes of a file as it does. Progressive files are another target's.
  static let jpegPaths = FuzzTarget("jpeg-paths", seeds: PictureSeeds.jpegs) { bytes, choices in
    let eighths = choices.one(of: [UInt32(1), 2, 4])
    let lenient = choices.flag()
    // More pixels take long and show nothing that these don't.
    guard let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
      let header = try? JPEGDecoder(bytes).header, header.size.pixels <= 1 << 20,
      !header.isProgressive
    else { return }
    var difference = [CChar](repeating: 0, count: 256)
    let result = fixture_jpeg_paths(
      start, bytes.count, eighths, lenient, &difference, difference.count)
    require(
      result != FIXTURE_PATHS_DIFFER,
      difference.withUnsafeBufferPointer {
        String(cString: $0.baseAddress!)
      })
  }
}
