import Glibc

@testable import Thumbnails

/// A decoded picture, for comparing: 8 bits a sample, red, green, blue and alpha.
struct Raster: Equatable {
  var width: Int
  var height: Int
  var samples: [UInt8]

  init(width: Int, height: Int, pixel: (_ x: Int, _ y: Int) -> [UInt8]) {
    self.width = width
    self.height = height
    samples = []
    for y in 0..<height {
      for x in 0..<width {
        let channels = pixel(x, y)
        samples += channels.count == 3 ? channels + [255] : channels
      }
    }
  }

  /// Decodes a JPEG or an 8-bit PNG at its full size, stored orientation.
  init(decoding bytes: [UInt8]) throws {
    self = try bytes.withUnsafeBytes { raw in
      let decoder: any PictureDecoder =
        switch PictureFormat.sniff(raw) {
        case .png: try PNGDecoder(raw)
        case .webp: try WebPDecoder(raw)
        default: try JPEGDecoder(raw)
        }
      let size = decoder.header.size
      let channels = decoder.header.layout.channels
      let options = ThumbnailOptions(size: ThumbnailSize("65500")!)
      _ = try decoder.start(for: size, options: options)
      var rows = [UInt8](repeating: 0, count: size.width * size.height * channels)
      try rows.withUnsafeMutableBufferPointer { rows in
        try decoder.read(
          into: rows.baseAddress!, stride: size.width * channels, count: size.height)
      }
      let isJPEG = decoder.header.format == .jpeg
      return Raster(width: size.width, height: size.height) { x, y in
        let pixel = Array(rows[((y * size.width + x) * channels)...].prefix(channels))
        return switch channels {
        case 1: [pixel[0], pixel[0], pixel[0]]
        case 2: [pixel[0], pixel[0], pixel[0], pixel[1]]
        default: isJPEG ? Array(pixel.prefix(3)) : pixel
        }
      }
    }
  }

  subscript(x: Int, y: Int) -> [UInt8] {
    Array(samples[((y * width + x) * 4)...].prefix(4))
  }

  /// As if it had been stored with an orientation.
  func turned(from orientation: Orientation) -> Raster {
    let size = PixelSize(width: width, height: height)
    let upright = orientation.swapsSides ? size.transposed : size
    return Raster(width: upright.width, height: upright.height) { x, y in
      let position = orientation.storedPosition(x: x, y: y, stored: size)
      return self[position.x, position.y]
    }
  }

  /// The largest difference of any two samples; 256 when the sizes differ.
  func largestDifference(from other: Raster) -> Int {
    guard width == other.width, height == other.height else { return 256 }
    return zip(samples, other.samples).reduce(0) { max($0, abs(Int($1.0) - Int($1.1))) }
  }

  /// The mean absolute difference of the samples; 256 when the sizes differ.
  func meanDifference(from other: Raster) -> Double {
    guard width == other.width, height == other.height else { return 256 }
    let sum = zip(samples, other.samples).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    return Double(sum) / Double(samples.count)
  }
}

extension Raster {
  /// In decibels; infinite for equal pictures, 0 when the sizes differ.
  func peakSignalToNoise(against other: Raster) -> Double {
    guard width == other.width, height == other.height else { return 0 }
    let squares = zip(samples, other.samples).reduce(0) { sum, pair in
      let difference = Int(pair.0) - Int(pair.1)
      return sum + difference * difference
    }
    if squares == 0 { return .infinity }
    return 10 * log10(255.0 * 255.0 * Double(samples.count) / Double(squares))
  }
}
