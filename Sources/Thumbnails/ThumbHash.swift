import Glibc

/// Evan Wallace's ThumbHash (https://evanw.github.io/thumbhash/): the lowest frequencies of a picture's
/// lightness, two colour differences and alpha, four bits each.
///
/// Bytes 0-2, low bits first: the means of lightness (6 bits), of yellow-blue (6) and red-green (6), the scale of
/// lightness (5), whether there is alpha (1). Bytes 3-4: how many frequencies the shorter side has (3), the
/// scales of the colour differences (6, 6), whether the picture is wider than high (1). With alpha a byte with
/// its mean and its scale. Then the frequencies, two a byte, the first in the low bits.
struct ThumbHash {
  private(set) var bytes: [UInt8] = []

  /// - Precondition: no side is longer than 100 pixels.
  init(of canvas: Canvas) {
    let planes = ThumbHashPlanes(of: canvas)
    let longest = Double(max(canvas.size.width, canvas.size.height))
    let finest = planes.hasAlpha ? 5.0 : 7.0
    let across = max(1, Int((finest * Double(canvas.size.width) / longest).rounded()))
    let down = max(1, Int((finest * Double(canvas.size.height) / longest).rounded()))
    func channel(_ plane: [Double], _ across: Int, _ down: Int) -> ThumbHashChannel {
      ThumbHashChannel(plane, size: canvas.size, across: max(3, across), down: max(3, down))
    }
    let lightness = channel(planes.lightness, across, down)
    let yellowBlue = channel(planes.yellowBlue, 3, 3)
    let redGreen = channel(planes.redGreen, 3, 3)
    let isWide = canvas.size.width > canvas.size.height
    append(
      Self.bits(lightness.mean, 63)
        | Self.bits(yellowBlue.mean / 2 + 0.5, 63) << 6
        | Self.bits(redGreen.mean / 2 + 0.5, 63) << 12
        | Self.bits(lightness.scale, 31) << 18
        | (planes.hasAlpha ? 1 << 23 : 0), count: 3)
    append(
      (isWide ? down : across)
        | Self.bits(yellowBlue.scale, 63) << 3
        | Self.bits(redGreen.scale, 63) << 9
        | (isWide ? 1 << 15 : 0), count: 2)
    var frequencies = lightness.frequencies + yellowBlue.frequencies + redGreen.frequencies
    if planes.hasAlpha {
      let alpha = channel(planes.alpha, 5, 5)
      append(Self.bits(alpha.mean, 15) | Self.bits(alpha.scale, 15) << 4, count: 1)
      frequencies += alpha.frequencies
    }
    for pair in stride(from: 0, to: frequencies.count, by: 2) {
      let second = pair + 1 < frequencies.count ? Self.bits(frequencies[pair + 1], 15) : 0
      append(Self.bits(frequencies[pair], 15) | second << 4, count: 1)
    }
  }

  /// 0 ... 1 as an integer of 0 ... `most`.
  private static func bits(_ value: Double, _ most: Int) -> Int {
    min(max(Int((value * Double(most)).rounded()), 0), most)
  }

  private mutating func append(_ bits: Int, count: Int) {
    for index in 0..<count {
      bytes.append(UInt8(bits >> (8 * index) & 255))
    }
  }
}

/// A picture's pixels as ThumbHash sees them: laid on their own mean colour, in an opponent colour space.
private struct ThumbHashPlanes {
  var lightness: [Double] = []
  var yellowBlue: [Double] = []
  var redGreen: [Double] = []
  var alpha: [Double] = []
  let hasAlpha: Bool

  init(of canvas: Canvas) {
    let pixels = 0..<canvas.size.pixels
    var mean = (red: 0.0, green: 0.0, blue: 0.0)
    alpha = pixels.map { canvas.alpha(at: $0) / 255 }
    let total = alpha.reduce(0, +)
    for pixel in pixels {
      let colour = canvas.colour(at: pixel)
      mean.red += alpha[pixel] / 255 * colour.red
      mean.green += alpha[pixel] / 255 * colour.green
      mean.blue += alpha[pixel] / 255 * colour.blue
    }
    if total > 0 { mean = (mean.red / total, mean.green / total, mean.blue / total) }
    hasAlpha = total < Double(pixels.count)
    for pixel in pixels {
      let colour = canvas.colour(at: pixel)
      let gap = 1 - alpha[pixel]
      let red = mean.red * gap + alpha[pixel] / 255 * colour.red
      let green = mean.green * gap + alpha[pixel] / 255 * colour.green
      let blue = mean.blue * gap + alpha[pixel] / 255 * colour.blue
      lightness.append((red + green + blue) / 3)
      yellowBlue.append((red + green) / 2 - blue)
      redGreen.append(red - green)
    }
  }
}

/// The lowest frequencies of a plane's discrete cosine transform.
private struct ThumbHashChannel {
  /// The frequency 0.
  private(set) var mean = 0.0
  /// The largest of the others.
  private(set) var scale = 0.0
  /// The others, by rows, those below the diagonal: 0 ... 1, where 0.5 is none.
  private(set) var frequencies: [Double] = []

  init(_ plane: [Double], size: PixelSize, across: Int, down: Int) {
    var found: [Double] = []
    for row in 0..<down {
      for column in 0..<across where column * down < across * (down - row) {
        let value = Self.frequency(plane, size: size, column: column, row: row)
        if column == 0 && row == 0 { mean = value } else { found.append(value) }
      }
    }
    let largest = found.reduce(0) { max($0, $1.magnitude) }
    // A flat plane's frequencies are what the cosines' rounding leaves; no such noise gets into the bytes.
    let noise = 1e-9
    scale = largest > noise ? largest : 0
    frequencies = largest > noise ? found.map { 0.5 + 0.5 / largest * $0 } : found.map { _ in 0 }
  }

  private static func frequency(
    _ plane: [Double], size: PixelSize, column: Int, row: Int
  ) -> Double {
    let waveAcross = wave(column, length: size.width)
    let waveDown = wave(row, length: size.height)
    var sum = 0.0
    for y in 0..<size.height {
      for x in 0..<size.width {
        sum += plane[y * size.width + x] * waveAcross[x] * waveDown[y]
      }
    }
    return sum / Double(size.pixels)
  }

  private static func wave(_ frequency: Int, length: Int) -> [Double] {
    (0..<length).map { cos(Double.pi / Double(length) * Double(frequency) * (Double($0) + 0.5)) }
  }
}

extension Canvas {
  /// 0 ... 255, of a pixel counted row by row.
  func alpha(at pixel: Int) -> Double {
    hasAlpha ? Double(samples[pixel * channels + channels - 1]) : 255
  }
}
