/// What a picture is, decided by its number and the seed alone.
struct PictureRecipe: Codable {
  enum Kind: String, Codable {
    case jpeg, rgbPNG, rgbaPNG, greyPNG, palettePNG
  }

  /// How a JPEG is written.
  struct JPEG: Codable {
    var quality: Int
    var isGrey: Bool
    /// Luma samples for each chroma sample.
    var horizontalSampling: Int
    var verticalSampling: Int
    var isProgressive: Bool
    /// EXIF's number, 1 ... 8, if there's an EXIF block.
    var orientation: Int?
  }

  var number: Int
  var seed: UInt64
  var width: Int
  var height: Int
  var kind: Kind
  var jpeg: JPEG

  /// Every so many pictures is a PNG.
  private static let pngInterval = 12

  init(number: Int, seed: UInt64, sizes: SizeRange, jpegOnly: Bool) {
    var random = SeededRandom(seed, stream: number)
    let size = sizes.pick(&random)
    self.number = number
    self.seed = seed
    width = size.width
    height = size.height
    jpeg = JPEG(&random)
    kind = .jpeg
    if !jpegOnly && number % Self.pngInterval == 0 {
      let kinds: [Kind] = [.rgbPNG, .rgbaPNG, .greyPNG, .palettePNG]
      kind = kinds[number / Self.pngInterval % kinds.count]
    }
  }

  var fileName: String {
    let digits = String(number)
    let zeros = String(repeating: "0", count: max(0, 6 - digits.count))
    return "picture-\(zeros)\(digits).\(kind == .jpeg ? "jpg" : "png")"
  }
}

extension PictureRecipe.JPEG {
  /// About the mix that photo collections have.
  fileprivate init(_ random: inout SeededRandom) {
    quality = random.within(85...92)
    let colour = random.unit()
    isGrey = colour < 0.05
    (horizontalSampling, verticalSampling) =
      isGrey || colour < 0.15 ? (1, 1) : colour < 0.25 ? (2, 1) : (2, 2)
    isProgressive = random.unit() < 0.1
    orientation = random.unit() < 0.3 ? random.within(1...8) : nil
  }
}
