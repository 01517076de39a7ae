import CImageCodecs

/// What becomes of the resizer's pixels (four channels, premultiplied, with overshoot) on the canvas, where a
/// sample has 8 bits and alpha is straight.
enum PixelFinish: Equatable {
  /// The source has no alpha.
  case opaque
  /// Laid on a colour.
  case laid(on: RGBColor)
  /// With an alpha channel.
  case straight

  /// Fills `samples`, of 1 (grey) or 3 colours and perhaps alpha a pixel, with the first pixels of `row`.
  func write(
    _ row: UnsafeBufferPointer<Int16>, colours: Int, to samples: UnsafeMutableBufferPointer<UInt8>
  ) {
    switch self {
    case .opaque: Self.writeOpaque(row, colours: colours, to: samples)
    case .laid(let background):
      Self.writeLaid(row, on: background, colours: colours, to: samples)
    case .straight: Self.writeStraight(row, colours: colours, to: samples)
    }
  }

  private static func writeOpaque(
    _ row: UnsafeBufferPointer<Int16>, colours: Int, to samples: UnsafeMutableBufferPointer<UInt8>
  ) {
    codec_finish_opaque(
      row.baseAddress, UInt32(samples.count / colours), UInt32(colours), samples.baseAddress)
  }

  private static func writeLaid(
    _ row: UnsafeBufferPointer<Int16>, on background: RGBColor, colours: Int,
    to samples: UnsafeMutableBufferPointer<UInt8>
  ) {
    let behind = [background.red, background.green, background.blue].map(Int.init)
    for x in 0..<samples.count / colours {
      let gap = CODEC_WHITE - Int(row[x * 4 + 3])
      for channel in 0..<colours {
        // Rounded; where the filter overshoots the gap is below zero.
        let shown = (gap * behind[channel] + (gap < 0 ? -127 : 127)) / 255
        samples[x * colours + channel] = byte(Int(row[x * 4 + channel]) + shown)
      }
    }
  }

  private static func writeStraight(
    _ row: UnsafeBufferPointer<Int16>, colours: Int, to samples: UnsafeMutableBufferPointer<UInt8>
  ) {
    let channels = colours + 1
    for x in 0..<samples.count / channels {
      let alpha = min(max(Int(row[x * 4 + 3]), 0), CODEC_WHITE)
      for channel in 0..<colours {
        let colour = min(max(Int(row[x * 4 + channel]), 0), alpha)
        samples[x * channels + channel] = divided(colour, by: alpha)
      }
      samples[x * channels + colours] = byte(alpha)
    }
  }

  /// 0 ... CODEC_WHITE to 0 ... 255, rounded and clamped.
  private static func byte(_ value: Int) -> UInt8 {
    UInt8(clamping: (value + 32) >> 6)
  }

  /// A pixel whose alpha rounds to zero has no colour to speak of: black, so that equal thumbnails have equal
  /// bytes.
  private static func divided(_ colour: Int, by alpha: Int) -> UInt8 {
    byte(alpha) == 0 ? 0 : UInt8(clamping: (colour * 255 + alpha / 2) / alpha)
  }
}
