import CImageCodecs
import Testing

@testable import Thumbnails

@Suite("Resizer")
struct ResizerTests {
  /// Targets from as large as the source down to one pixel, of sizes that divide nothing.
  static let targets = [
    PixelSize(width: 61, height: 47), PixelSize(width: 60, height: 46),
    PixelSize(width: 31, height: 29), PixelSize(width: 17, height: 5),
    PixelSize(width: 7, height: 47), PixelSize(width: 61, height: 2),
    PixelSize(width: 1, height: 1),
  ]
  static let source = PixelSize(width: 61, height: 47)

  /// All finished rows, four lanes a pixel.
  static func resized(
    _ samples: [UInt8], layout: codec_layout, from source: PixelSize, to target: PixelSize,
    kernel: codec_kernel = codec_kernel_best()
  ) throws -> [Int16] {
    let resizer = try Resizer(
      source: source, part: Region(whole: source), target: target, kernel: kernel)
    let stride = source.width * layout.channels
    var result: [Int16] = []
    samples.withUnsafeBufferPointer { samples in
      for row in Swift.stride(from: 0, to: source.height, by: Resizer.batchRows) {
        resizer.push(
          samples.baseAddress! + row * stride, stride: stride,
          count: min(Resizer.batchRows, source.height - row), layout: layout, sampleBytes: 1
        ) { result += $0.prefix(target.width * 4) }
      }
    }
    return result
  }

  static func noise(_ layout: codec_layout) -> [UInt8] {
    var random = SeededRandom(1)
    return random.bytes(source.width * source.height * layout.channels)
  }

  /// One target of Lanczos3 from its definition, in floating point.
  static func weights(source: Int, target: Int, at position: Int) -> [Double] {
    let ratio = Double(source) / Double(target)
    let stretch = max(1, ratio)
    let center = (Double(position) + 0.5) * ratio
    let raw = (0..<source).map { index in
      let x = (Double(index) + 0.5 - center) / stretch
      if abs(x) < 1e-9 { return 1.0 }
      if abs(x) >= 3 { return 0 }
      return 3 * sine(.pi * x) * sine(.pi * x / 3) / (.pi * .pi * x * x)
    }
    return raw.map { $0 / raw.reduce(0, +) }
  }

  @Test("agrees with Lanczos3's definition", arguments: targets)
  func agreesWithDefinition(target: PixelSize) throws {
    let samples = Self.noise(CODEC_GREY)
    let result = try Self.resized(samples, layout: CODEC_GREY, from: Self.source, to: target)
    #expect(result.count == target.width * target.height * 4)
    let across = (0..<target.width).map {
      Self.weights(source: Self.source.width, target: target.width, at: $0)
    }
    for y in 0..<target.height {
      let down = Self.weights(source: Self.source.height, target: target.height, at: y)
      for x in 0..<target.width {
        var exact = 0.0
        for (row, weight) in down.enumerated() where weight != 0 {
          let line = samples[(row * Self.source.width)...].prefix(Self.source.width)
          exact += weight * zip(line, across[x]).reduce(0) { $0 + Double($1.0) * $1.1 }
        }
        // A tenth of an 8-bit level: far less than what rounding to 8 bits costs.
        let difference = abs(Double(result[(y * target.width + x) * 4]) / 64 - exact)
        #expect(difference < 0.1, "\(x), \(y)")
      }
    }
  }

  static let layouts = [
    CODEC_GREY, CODEC_GREY_ALPHA, CODEC_RGB, CODEC_RGBA, CODEC_RGBX, CODEC_CMYK,
    CODEC_CMYK_INVERTED,
  ]

  @Test("gives the same bits on every processor", arguments: layouts, targets)
  func variantsAgree(layout: codec_layout, target: PixelSize) throws {
    let samples = Self.noise(layout)
    let portable = try Self.resized(
      samples, layout: layout, from: Self.source, to: target, kernel: CODEC_KERNEL_PORTABLE)
    let best = try Self.resized(samples, layout: layout, from: Self.source, to: target)
    #expect(portable == best)
  }

  @Test("leaves a flat picture exactly as it is", arguments: targets)
  func flatStaysFlat(target: PixelSize) throws {
    for value in [0, 1, 127, 200, 255] as [UInt8] {
      let samples = [UInt8](repeating: value, count: Self.source.width * Self.source.height)
      let result = try Self.resized(samples, layout: CODEC_GREY, from: Self.source, to: target)
      let expected = [Int16(value) << 6, Int16(value) << 6, Int16(value) << 6, Int16(CODEC_WHITE)]
      for start in stride(from: 0, to: result.count, by: 4) {
        #expect(Array(result[start..<(start + 4)]) == expected)
      }
    }
  }

  @Test("leaves a picture that needs no resizing exactly as it is")
  func sameSizeIsIdentity() throws {
    let samples = Self.noise(CODEC_RGB)
    let result = try Self.resized(samples, layout: CODEC_RGB, from: Self.source, to: Self.source)
    for pixel in 0..<(Self.source.width * Self.source.height) {
      let expected = samples[(pixel * 3)..<(pixel * 3 + 3)].map { Int16($0) << 6 }
      #expect(Array(result[(pixel * 4)..<(pixel * 4 + 3)]) == expected)
    }
  }

  @Test("takes the most contrasting picture without overflow", arguments: targets)
  func extremesSaturate(target: PixelSize) throws {
    let samples = (0..<Self.source.height).flatMap { y in
      (0..<Self.source.width).map { x in UInt8((x / 3 + y / 3) % 2 == 0 ? 0 : 255) }
    }
    let result = try Self.resized(samples, layout: CODEC_GREY, from: Self.source, to: target)
    #expect(result.allSatisfy { abs(Int($0) - Int(CODEC_WHITE) / 2) < Int(CODEC_WHITE) })
  }

  @Test("resizes pictures of one row or column, however long", arguments: [1, 2, 5, 255, 256])
  func longPictures(side: Int) throws {
    for size in [PixelSize(width: 1, height: 20_000), PixelSize(width: 20_000, height: 1)] {
      let target = PixelSize(width: min(side, size.width), height: min(side, size.height))
      let samples = [UInt8](repeating: 77, count: 20_000)
      let result = try Self.resized(samples, layout: CODEC_GREY, from: size, to: target)
      #expect(result.count == side * 4)
      #expect(result.allSatisfy { $0 == 77 << 6 || $0 == Int16(CODEC_WHITE) })
    }
  }
}

/// Taylor's series: the tests need no mathematical library for some hundred sines.
private func sine(_ x: Double) -> Double {
  var term = x
  var sum = x
  for n in 1..<20 {
    term *= -x * x / Double(2 * n * (2 * n + 1))
    sum += term
  }
  return sum
}
