import CImageCodecs

/// Turns the resizer's pixels into the canvas': 8 bits a sample, alpha straight.
struct PixelFinish {
  /// 1 for grey, 3 for red, green and blue.
  var colours: Int
  /// Without alpha, what is transparent becomes white.
  var hasAlpha: Bool

  /// Fills `samples` with the first pixels of `row`: four channels each, premultiplied, with overshoot.
  func write(_ row: UnsafeBufferPointer<Int16>, to samples: UnsafeMutableBufferPointer<UInt8>) {
    let channels = colours + (hasAlpha ? 1 : 0)
    for (x, start) in stride(from: 0, to: samples.count, by: channels).enumerated() {
      let alpha = min(max(Int(row[x * 4 + 3]), 0), CODEC_WHITE)
      for channel in 0..<colours {
        let colour = Int(row[x * 4 + channel])
        samples[start + channel] =
          hasAlpha
          ? Self.straight(min(max(colour, 0), alpha), alpha: alpha)
          : Self.byte(colour + CODEC_WHITE - alpha)
      }
      if hasAlpha { samples[start + colours] = Self.byte(alpha) }
    }
  }

  /// 0 ... CODEC_WHITE to 0 ... 255, rounded and clamped.
  private static func byte(_ value: Int) -> UInt8 {
    UInt8(clamping: (value + 32) >> 6)
  }

  /// A pixel whose alpha rounds to zero has no colour to speak of: black, so that equal thumbnails have equal
  /// bytes.
  private static func straight(_ colour: Int, alpha: Int) -> UInt8 {
    byte(alpha) == 0 ? 0 : UInt8(clamping: (colour * 255 + alpha / 2) / alpha)
  }
}
