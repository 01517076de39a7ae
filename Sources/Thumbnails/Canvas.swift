import CImageCodecs

/// The thumbnail's pixels: 8 bits a sample, rows without gaps, alpha straight.
struct Canvas {
  private(set) var size: PixelSize
  private(set) var isGrey: Bool
  private(set) var hasAlpha: Bool
  private(set) var samples: [UInt8] = []

  var channels: Int { (isGrey ? 1 : 3) + (hasAlpha ? 1 : 0) }

  init(size: PixelSize, isGrey: Bool, hasAlpha: Bool) {
    self.size = size
    self.isGrey = isGrey
    self.hasAlpha = hasAlpha
    samples.reserveCapacity(size.width * size.height * channels)
  }

  /// Adds a row of the resizer's: premultiplied, with overshoot. On a canvas without alpha, what is
  /// transparent becomes white.
  mutating func append(_ row: UnsafeBufferPointer<Int16>) {
    let white = CODEC_WHITE
    for x in 0..<size.width {
      let alpha = min(max(Int(row[x * 4 + 3]), 0), white)
      for channel in 0..<(isGrey ? 1 : 3) {
        let colour = Int(row[x * 4 + channel])
        if hasAlpha {
          samples.append(Self.straight(min(max(colour, 0), alpha), alpha: alpha))
        } else {
          samples.append(Self.byte(colour + white - alpha))
        }
      }
      if hasAlpha { samples.append(Self.byte(alpha)) }
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

  var isOpaque: Bool {
    guard hasAlpha else { return true }
    return stride(from: channels - 1, to: samples.count, by: channels)
      .allSatisfy { samples[$0] == .max }
  }

  /// Without the alpha channel of a canvas that is opaque.
  func droppingAlpha() -> Canvas {
    var opaque = Canvas(size: size, isGrey: isGrey, hasAlpha: false)
    for (index, sample) in samples.enumerated() where index % channels != channels - 1 {
      opaque.samples.append(sample)
    }
    return opaque
  }

  /// Turned to stand upright.
  func upright(from orientation: Orientation) -> Canvas {
    if orientation == .upright { return self }
    var turned = self
    turned.size = orientation.swapsSides ? size.transposed : size
    turned.samples.removeAll(keepingCapacity: true)
    for y in 0..<turned.size.height {
      for x in 0..<turned.size.width {
        let position = orientation.storedPosition(x: x, y: y, stored: size)
        let start = (position.y * size.width + position.x) * channels
        turned.samples.append(contentsOf: samples[start..<(start + channels)])
      }
    }
    return turned
  }
}
