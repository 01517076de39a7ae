import CImageCodecs

@testable import Thumbnails

extension FuzzTarget {
  /// A colour profile, and rows of extreme and of chosen samples through what was made of it.
  static let profiles = FuzzTarget("profiles", seeds: ProfileSeeds.profiles) { bytes, choices in
    let layout = choices.one(of: [
      CODEC_RGB, CODEC_GREY, CODEC_CMYK, CODEC_CMYK_INVERTED, CODEC_RGBA, CODEC_GREY_ALPHA,
      CODEC_RGBX,
    ])
    let sampleBytes = layout.isInk || layout == CODEC_RGBX ? 1 : 1 + choices.below(2)
    guard let transform = try? ColorTransform(icc: Array(bytes), samples: layout.colorSamples)
    else { return }
    convertRow(transform, layout, sampleBytes, &choices)
    if !layout.isInk { convertFinished(transform, &choices) }
  }

  /// An odd number, and more than lcms2 gets at once.
  private static let width = 259

  private static func convertRow(
    _ transform: ColorTransform, _ layout: codec_layout, _ sampleBytes: Int,
    _ choices: inout Choices
  ) {
    let extremes = (0..<4).map { _ in UInt8(choices.below(256)) } + [0, 1, 254, 255]
    guard
      let row: Memory<UInt8> = try? Memory(count: width * layout.channels * sampleBytes),
      let converted: Memory<UInt16> = try? Memory(
        count: width * codec_color_layout(layout).channels)
    else { return }
    for index in 0..<row.count { row.values[index] = extremes[(index * 7 / 3) % extremes.count] }
    let header = PictureHeader(
      format: .png, size: PixelSize(width: width, height: 1), orientation: .upright,
      isProgressive: false, decoderBytes: 0, layout: layout, sampleBytes: sampleBytes)
    transform.convert(row.start, header: header, width: width, into: converted.start)
  }

  private static func convertFinished(_ transform: ColorTransform, _ choices: inout Choices) {
    let white = Int16(CODEC_WHITE)
    // The resampler overshoots.
    let values = [
      0, white, -white / 4, white + white / 4, Int16(choices.below(256)) << 6, .min, .max,
    ]
    let count = width * Int(CODEC_CHANNELS)
    guard let row: Memory<Int16> = try? Memory(count: count),
      let converted: Memory<Int16> = try? Memory(count: count)
    else { return }
    for index in 0..<count { row.values[index] = values[(index * 5 / 2) % values.count] }
    transform.convertFinished(UnsafeBufferPointer(row.values), width: width, into: converted.start)
  }

  /// A compressed profile, and colours by chromaticities and a curve.
  static let compressed = FuzzTarget("compressed", seeds: ProfileSeeds.packed) { bytes, choices in
    var unpacked = codec_bytes()
    var report = codec_report()
    let limit = Int(CODEC_PROFILE_BYTES)
    var peak = 0
    let status = measuringMemory(&peak) {
      codec_inflate(
        bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, &unpacked, &report)
    }
    // Memory that grows is there twice for a moment.
    requireMemory("unpacking", peak, below: 3 * limit + (1 << 20))
    if status == CODEC_OK {
      require(unpacked.count <= limit, "\(unpacked.count) bytes unpacked")
      codec_bytes_free(unpacked)
    }
    checkDescribed(bytes, &choices)
  }

  private static func checkDescribed(_ bytes: UnsafeRawBufferPointer, _ choices: inout Choices) {
    // In hundred-thousandths, as PNG has them, or any bits at all.
    let isScaled = choices.flag()
    var numbers = stride(from: 0, to: bytes.count - 7, by: 8).prefix(9).map { offset -> Double in
      let bits = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      return isScaled ? Double(bits % 100_000) / 100_000 : Double(bitPattern: bits)
    }
    while numbers.count < 9 { numbers.append(0.3) }
    let colorimetry = Colorimetry(
      white: .init(x: numbers[0], y: numbers[1]), red: .init(x: numbers[2], y: numbers[3]),
      green: .init(x: numbers[4], y: numbers[5]), blue: .init(x: numbers[6], y: numbers[7]),
      transfer: choices.one(of: [.gamma(numbers[8] * (isScaled ? 5 : 1)), .sRGB, .bt709]))
    let isGrey = choices.flag()
    guard let icc = try? ColorProfile.described(colorimetry).iccBytes(isGrey: isGrey) else {
      return
    }
    guard
      let transform = try? ColorTransform(icc: icc, samples: isGrey ? CODEC_GREY : CODEC_RGB)
    else { return }
    convertFinished(transform, &choices)
  }
}
