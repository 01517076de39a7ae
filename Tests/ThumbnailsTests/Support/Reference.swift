import CPictureFixtures
import Glibc

@testable import Thumbnails

/// What a thumbnail should be: the picture decoded whole by its library's own path, its colours converted whole
/// by lcms2, and resized by Lanczos3 in floating point. Shares no code with what is tested.
struct Reference {
  let width: Int
  let height: Int
  /// Red, green, blue and alpha of 0 ... 1, premultiplied.
  let samples: [Double]

  /// A PNG as libpng's own 8- or 16-bit path gives it, without regard to what it says of its colours.
  init(png bytes: [UInt8], _ width: Int, _ height: Int) {
    let decoded = fixture_png_decode(bytes, bytes.count)
    defer { free(decoded.samples) }
    self.init(
      decoded.samples, Int(decoded.sample_bytes), 4, Int(decoded.width), Int(decoded.height),
      width, height)
  }

  /// A JPEG as libjpeg gives it, converted from its profile or, if it has none, from `profile`.
  init(jpeg bytes: [UInt8], profile: [UInt8]? = nil, _ width: Int, _ height: Int) {
    let decoded = fixture_jpeg_decode(bytes, bytes.count)
    defer {
      free(decoded.samples)
      free(decoded.icc)
    }
    let pixels = Int(decoded.width) * Int(decoded.height)
    let embedded = decoded.icc.map {
      Array(UnsafeBufferPointer(start: $0, count: decoded.icc_count))
    }
    let start = decoded.samples!.assumingMemoryBound(to: UInt8.self)
    var rgb = Array(UnsafeBufferPointer(start: start, count: pixels * Int(decoded.channels)))
    if let profile = embedded ?? profile {
      rgb = [UInt8](repeating: 0, count: pixels * 3)
      fixture_to_srgb(profile, profile.count, decoded.channels, start, pixels, &rgb)
    } else {
      precondition(decoded.channels < 4, "ink needs a profile")
    }
    self.init(
      rgb, 1, rgb.count / pixels, Int(decoded.width), Int(decoded.height), width, height)
  }

  private init(
    _ decoded: UnsafeRawPointer, _ sampleBytes: Int, _ channels: Int, _ fromWidth: Int,
    _ fromHeight: Int, _ width: Int, _ height: Int
  ) {
    let resized = fixture_lanczos3(
      decoded, Int32(sampleBytes), Int32(channels), UInt32(fromWidth), UInt32(fromHeight),
      UInt32(width), UInt32(height))!
    defer { free(resized) }
    self.width = width
    self.height = height
    samples = (0..<(width * height)).flatMap { pixel -> [Double] in
      let lanes = (0..<channels).map { resized[pixel * channels + $0] }
      let alpha = channels == 4 ? min(max(lanes[3], 0), 1) : 1
      let colours = channels == 1 ? [lanes[0], lanes[0], lanes[0]] : Array(lanes[0..<3])
      return colours.map { min(max($0, 0), alpha) } + [alpha]
    }
  }

  /// The peak signal-to-noise ratio of a thumbnail in dB, over colours laid on black and alpha; 0 when the sizes
  /// differ.
  func psnr(of raster: Raster) -> Double {
    guard raster.width == width, raster.height == height else { return 0 }
    var squares = 0.0
    for pixel in stride(from: 0, to: samples.count, by: 4) {
      let alpha = Double(raster.samples[pixel + 3]) / 255
      for channel in 0..<4 {
        let sample = Double(raster.samples[pixel + channel]) / 255
        let difference = (channel == 3 ? sample : sample * alpha) - samples[pixel + channel]
        squares += difference * difference
      }
    }
    return squares == 0 ? .infinity : 10 * log10(Double(samples.count) / squares)
  }

  /// How far an opaque thumbnail's colours are from these, pixel by pixel, in ascending order.
  func colorDifferences(of raster: Raster) -> [Double] {
    guard raster.width == width, raster.height == height else { return [.infinity] }
    return stride(from: 0, to: samples.count, by: 4).map { pixel in
      let shown = Lab(sRGB: raster.samples[pixel..<(pixel + 3)].map { Double($0) / 255 })
      return Lab(sRGB: Array(samples[pixel..<(pixel + 3)])).difference(from: shown)
    }.sorted()
  }
}
