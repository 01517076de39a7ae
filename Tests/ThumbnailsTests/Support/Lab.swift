import Glibc

/// A colour in CIE L*a*b*.
struct Lab: Sendable {
  var l: Double
  var a: Double
  var b: Double

  init(_ l: Double, _ a: Double, _ b: Double) {
    self.l = l
    self.a = a
    self.b = b
  }

  /// Of samples of 0 ... 1, under sRGB's own white (IEC 61966-2-1; CIE 15).
  init(sRGB samples: [Double]) {
    let light = samples.map { $0 <= 0.04045 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4) }
    let toXYZ = [
      [0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
      [0.0193339, 0.1191920, 0.9503041],
    ]
    let white = [0.95047, 1, 1.08883]
    let f = zip(toXYZ, white).map { row, white -> Double in
      let value = (row[0] * light[0] + row[1] * light[1] + row[2] * light[2]) / white
      return value > 216.0 / 24389 ? cbrt(value) : (24389.0 / 27 * value + 16) / 116
    }
    self.init(116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2]))
  }

  /// CIEDE2000 with all weights 1, in the words of Sharma, Wu and Dalal, "The CIEDE2000 Color-Difference
  /// Formula" (2005): about 1 can just be seen.
  func difference(from other: Lab) -> Double {
    let far = pow(25.0, 7)
    let chroma = pow((hypot(a, b) + hypot(other.a, other.b)) / 2, 7)
    let g = 0.5 * (1 - sqrt(chroma / (chroma + far)))
    let (c1, h1) = Self.polar(a * (1 + g), b)
    let (c2, h2) = Self.polar(other.a * (1 + g), other.b)
    var turn = c1 * c2 == 0 ? 0 : h2 - h1
    if turn > .pi { turn -= 2 * .pi } else if turn < -.pi { turn += 2 * .pi }
    var hue = h1 + h2
    if c1 * c2 != 0 {
      if abs(h1 - h2) > .pi { hue += hue < 2 * .pi ? 2 * .pi : -2 * .pi }
      hue /= 2
    }
    let (lMean, cMean) = ((l + other.l) / 2, (c1 + c2) / 2)
    let degree = Double.pi / 180
    let t =
      1 - 0.17 * cos(hue - 30 * degree) + 0.24 * cos(2 * hue) + 0.32 * cos(3 * hue + 6 * degree)
      - 0.20 * cos(4 * hue - 63 * degree)
    let blue = (hue / degree - 275) / 25
    let c7 = pow(cMean, 7)
    let rotation = -2 * sqrt(c7 / (c7 + far)) * sin(60 * degree * exp(-blue * blue))
    let light = (lMean - 50) * (lMean - 50)
    let dl = (other.l - l) / (1 + 0.015 * light / sqrt(20 + light))
    let dc = (c2 - c1) / (1 + 0.045 * cMean)
    let dh = 2 * sqrt(c1 * c2) * sin(turn / 2) / (1 + 0.015 * cMean * t)
    return sqrt(max(0, dl * dl + dc * dc + dh * dh + rotation * dc * dh))
  }

  /// Chroma, and hue of 0 ..< 2 pi.
  private static func polar(_ a: Double, _ b: Double) -> (chroma: Double, hue: Double) {
    let hue = a == 0 && b == 0 ? 0 : atan2(b, a)
    return (hypot(a, b), hue < 0 ? hue + 2 * .pi : hue)
  }
}
