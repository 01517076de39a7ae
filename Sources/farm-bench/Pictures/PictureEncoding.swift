import CPictureFixtures
import Glibc

/// A painting as the bytes of a file.
enum PictureEncoding {
  static func encoded(_ painting: Painting, as recipe: PictureRecipe) -> [UInt8] {
    switch recipe.kind {
    case .jpeg: jpeg(painting, recipe.jpeg)
    case .rgbPNG: png(painting, painting.rgb, colourType: 2)
    case .rgbaPNG: png(painting, withAlpha(painting), colourType: 6)
    case .greyPNG: png(painting, painting.grey, colourType: 0)
    case .palettePNG: png(painting, indices(painting), colourType: 3, palette: palette)
    }
  }

  private static func jpeg(_ painting: Painting, _ way: PictureRecipe.JPEG) -> [UInt8] {
    let samples = way.isGrey ? painting.grey : painting.rgb
    let exif = way.orientation.map(exifBlock) ?? []
    return samples.withUnsafeBufferPointer { samples in
      exif.withUnsafeBufferPointer { exif in
        var picture = fixture_jpeg()
        picture.samples = samples.baseAddress
        picture.width = UInt32(painting.width)
        picture.height = UInt32(painting.height)
        picture.kind = way.isGrey ? FIXTURE_GREY : FIXTURE_YCC
        picture.horizontal_sampling = Int32(way.horizontalSampling)
        picture.vertical_sampling = Int32(way.verticalSampling)
        picture.quality = Int32(way.quality)
        picture.progressive = way.isProgressive
        picture.app1 = exif.isEmpty ? nil : exif.baseAddress
        picture.app1_length = UInt32(exif.count)
        var count = 0
        return taken(fixture_jpeg_encode(&picture, &count), count)
      }
    }
  }

  private static func png(
    _ painting: Painting, _ rows: [UInt8], colourType: Int32, palette: [UInt8] = []
  ) -> [UInt8] {
    rows.withUnsafeBufferPointer { rows in
      palette.withUnsafeBufferPointer { palette in
        var picture = fixture_png()
        picture.rows = rows.baseAddress
        picture.width = UInt32(painting.width)
        picture.height = UInt32(painting.height)
        picture.colour_type = colourType
        picture.bit_depth = 8
        picture.palette = palette.baseAddress
        picture.palette_count = Int32(palette.count / 3)
        var count = 0
        return taken(fixture_png_encode(&picture, &count), count)
      }
    }
  }

  private static func taken(_ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int) -> [UInt8] {
    defer { free(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  /// An EXIF block that holds the orientation alone: a little-endian TIFF header, one directory of one
  /// entry (tag 0x112, one SHORT), no further directory.
  private static func exifBlock(orientation: Int) -> [UInt8] {
    Array("Exif\0\0II*\0".utf8) + [8, 0, 0, 0, 1, 0]
      + [0x12, 1, 3, 0, 1, 0, 0, 0, UInt8(orientation), 0, 0, 0, 0, 0, 0, 0]
  }

  // MARK: Kinds of PNG

  /// Opaque in the middle, fading out towards the edges.
  private static func withAlpha(_ painting: Painting) -> [UInt8] {
    let (width, height) = (Float(painting.width), Float(painting.height))
    let shape = Ellipse(
      x: width / 2, y: height / 2, radiusX: width / 2, radiusY: height / 2, softness: 0.3,
      opacity: 1)
    let rgb = painting.rgb
    var result: [UInt8] = []
    result.reserveCapacity(rgb.count / 3 * 4)
    for index in 0..<(rgb.count / 3) {
      result.append(contentsOf: rgb[3 * index..<3 * index + 3])
      let coverage = shape.coverage(index % painting.width, index / painting.width)
      result.append(UInt8(255 * coverage))
    }
    return result
  }

  /// Three bits of red, three of green, two of blue.
  private static func indices(_ painting: Painting) -> [UInt8] {
    let rgb = painting.rgb
    return (0..<(rgb.count / 3)).map { index in
      rgb[3 * index] & 0xE0 | (rgb[3 * index + 1] & 0xE0) >> 3 | rgb[3 * index + 2] >> 6
    }
  }

  private static let palette: [UInt8] = (0..<256).flatMap { (index: Int) -> [UInt8] in
    [(index >> 5) * 255 / 7, ((index >> 2) & 7) * 255 / 7, (index & 3) * 255 / 3].map(UInt8.init)
  }
}
