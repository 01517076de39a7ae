@testable import Thumbnails

/// What the tests' pictures show.
enum Pattern {
  /// Smooth, so that a JPEG keeps it, and different in each direction and channel.
  static let gradient: @Sendable (_ x: Int, _ y: Int) -> [UInt8] = { x, y in
    [UInt8(clamping: 20 + 2 * x), UInt8(clamping: 30 + 3 * y), UInt8(clamping: 200 - x - y)]
  }

  static let greyGradient: @Sendable (_ x: Int, _ y: Int) -> [UInt8] = { x, y in
    [UInt8(clamping: 20 + x + 2 * y)]
  }

  /// Every pixel unlike its neighbours, nothing that a filter could predict.
  static let noise: @Sendable (_ x: Int, _ y: Int) -> [UInt8] = { x, y in
    var random = SeededRandom(UInt64(y * 65_536 + x))
    return random.bytes(3)
  }
}

extension ThumbnailOptions {
  /// Larger than every test's picture, so that nothing is resized; PNG, so that nothing is lost.
  static func wholeAsPNG() -> ThumbnailOptions {
    ThumbnailOptions(size: ThumbnailSize("65500")!, format: .png)
  }
}

func thumbnail(_ bytes: [UInt8], _ options: ThumbnailOptions) throws -> Thumbnail {
  try Thumbnailer(options: options).thumbnail(of: bytes)
}

extension Pattern {
  /// The mean of a pattern's pixels.
  static func mean(
    _ columns: Range<Int>, _ rows: Range<Int>, _ pixel: (Int, Int) -> [UInt8]
  ) -> [UInt8] {
    var sums = [0, 0, 0]
    for y in rows {
      for x in columns {
        for (channel, sample) in pixel(x, y).enumerated() { sums[channel] += Int(sample) }
      }
    }
    let count = columns.count * rows.count
    return sums.map { UInt8(($0 + count / 2) / count) }
  }
}
