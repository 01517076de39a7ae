import CPictureFixtures
import Glibc

@testable import Thumbnails

extension Raster {
  /// The peak signal-to-noise ratio in dB; 0 when the sizes differ.
  func psnr(from other: Raster) -> Double {
    guard width == other.width, height == other.height else { return 0 }
    let squares = zip(samples, other.samples).reduce(0) { sum, pair in
      sum + (Int(pair.0) - Int(pair.1)) * (Int(pair.0) - Int(pair.1))
    }
    // Every fourth sample is alpha, and says nothing.
    let count = Double(samples.count * 3 / 4)
    return squares == 0 ? .infinity : 10 * log10(255 * 255 * count / Double(squares))
  }
}

extension PNGFixture {
  /// What libpng makes of a PNG, to be written again with alpha and not interlaced.
  init(decoding bytes: [UInt8]) {
    let decoded = fixture_png_decode(bytes, bytes.count)
    defer { free(decoded.samples) }
    let (width, height) = (Int(decoded.width), Int(decoded.height))
    let isDeep = decoded.sample_bytes == 2
    let count = width * height * 4
    let start = decoded.samples!
    let samples: [UInt16] =
      isDeep
      ? Array(
        UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt16.self), count: count))
      : UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: count)
        .map(UInt16.init)
    self.init(
      width: width, height: height, colourType: .rgba, depth: isDeep ? 16 : 8
    ) { x, y in samples[((y * width + x) * 4)...].prefix(4).map(Int.init) }
  }
}
