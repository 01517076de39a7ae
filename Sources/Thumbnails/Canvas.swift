/// The thumbnail's pixels: 8 bits a sample, rows without gaps, alpha straight.
struct Canvas {
  private(set) var size: PixelSize
  private(set) var isGrey: Bool
  private(set) var finish: PixelFinish
  private(set) var samples: [UInt8] = []

  var hasAlpha: Bool { finish == .straight }
  var channels: Int { (isGrey ? 1 : 3) + (hasAlpha ? 1 : 0) }

  init(size: PixelSize, isGrey: Bool, finish: PixelFinish) {
    self.size = size
    self.isGrey = isGrey
    self.finish = finish
    samples.reserveCapacity(size.width * size.height * channels)
  }

  /// Adds a row of the resizer's.
  mutating func append(_ row: UnsafeBufferPointer<Int16>) {
    let start = samples.count
    let colours = isGrey ? 1 : 3
    let finish = finish
    samples.append(contentsOf: repeatElement(0, count: size.width * channels))
    samples.withUnsafeMutableBufferPointer { samples in
      finish.write(
        row, colours: colours, to: UnsafeMutableBufferPointer(rebasing: samples[start...]))
    }
  }

  var isOpaque: Bool {
    guard hasAlpha else { return true }
    return stride(from: channels - 1, to: samples.count, by: channels)
      .allSatisfy { samples[$0] == .max }
  }

  /// Without the alpha channel of a canvas that is opaque.
  func droppingAlpha() -> Canvas {
    var opaque = Canvas(size: size, isGrey: isGrey, finish: .opaque)
    for (index, sample) in samples.enumerated() where index % channels != channels - 1 {
      opaque.samples.append(sample)
    }
    return opaque
  }

  /// Turned to stand upright.
  func upright(from orientation: Orientation) -> Canvas {
    if orientation == .upright { return self }
    let (stored, channels) = (size, channels)
    func offset(_ x: Int, _ y: Int) -> Int {
      let position = orientation.storedPosition(x: x, y: y, stored: stored)
      return (position.y * stored.width + position.x) * channels
    }
    // The way from one pixel to the next is the same everywhere.
    let start = offset(0, 0)
    let (across, down) = (offset(1, 0) - start, offset(0, 1) - start)
    var turned = self
    turned.size = orientation.swapsSides ? size.transposed : size
    turned.samples = samples.withUnsafeBufferPointer { source in
      [UInt8](unsafeUninitializedCapacity: source.count) { target, count in
        for y in 0..<turned.size.height {
          var from = start + y * down
          for _ in 0..<turned.size.width {
            for channel in 0..<channels { target[count + channel] = source[from + channel] }
            count += channels
            from += across
          }
        }
      }
    }
    return turned
  }
}
