import CPictureFixtures
import Glibc

/// Pictures for the command to work on. Equal arguments give equal bytes, different seeds different ones.
enum Pictures {
  static func jpeg(
    _ width: Int = 64, _ height: Int = 48, seed: Int = 0, orientation: UInt8? = nil,
    exif block: [UInt8]? = nil, isProgressive: Bool = false
  ) -> [UInt8] {
    let exif =
      (block ?? orientation.map { tiff(orientation: $0) }).map { Array("Exif\0\0".utf8) + $0 } ?? []
    return texture(width, height, seed).withUnsafeBufferPointer { samples in
      exif.withUnsafeBufferPointer { exif in
        var picture = fixture_jpeg()
        picture.samples = samples.baseAddress
        picture.width = UInt32(width)
        picture.height = UInt32(height)
        picture.kind = FIXTURE_YCC
        picture.horizontal_sampling = 2
        picture.vertical_sampling = 2
        picture.quality = 85
        picture.progressive = isProgressive
        picture.app1 = exif.isEmpty ? nil : exif.baseAddress
        picture.app1_length = UInt32(exif.count)
        var count = 0
        return taken(fixture_jpeg_encode(&picture, &count), count)
      }
    }
  }

  /// - Parameter alpha: of every pixel; nil for a picture without alpha.
  static func png(
    _ width: Int = 64, _ height: Int = 48, seed: Int = 0, alpha: UInt8? = nil,
    isInterlaced: Bool = false
  ) -> [UInt8] {
    var rows = texture(width, height, seed)
    if let alpha {
      rows = stride(from: 0, to: rows.count, by: 3).flatMap { rows[$0..<$0 + 3] + [alpha] }
    }
    return rows.withUnsafeBufferPointer { rows in
      var picture = fixture_png()
      picture.rows = rows.baseAddress
      picture.width = UInt32(width)
      picture.height = UInt32(height)
      picture.colour_type = alpha == nil ? 2 : 6
      picture.bit_depth = 8
      picture.interlaced = isInterlaced
      var count = 0
      return taken(fixture_png_encode(&picture, &count), count)
    }
  }

  private static func taken(_ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int) -> [UInt8] {
    defer { free(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  /// A directory with one entry: tag 0x112 (orientation), one SHORT.
  private static func tiff(orientation: UInt8) -> [UInt8] {
    Array("II*\0".utf8) + [8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]
      + [0, 0, 0, 0]
  }

  // MARK: What they show

  private static let side = 512
  private static let block = 8

  /// Squares of random colours. Made once, because thousands of pictures are cut out of it.
  private static let squares: [UInt8] = {
    var random = SeededRandom(state: 1)
    var rows: [UInt8] = []
    for _ in 0..<side / block {
      var row: [UInt8] = []
      for _ in 0..<side / block {
        let colour = (0..<3).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        for _ in 0..<block { row += colour }
      }
      for _ in 0..<block { rows += row }
    }
    return rows
  }()

  /// Red, green and blue of a piece of the squares, which are repeated without end.
  private static func texture(_ width: Int, _ height: Int, _ seed: Int) -> [UInt8] {
    let (left, top) = (seed % 128 * 3, seed / 128 * 5)
    return [UInt8](unsafeUninitializedCapacity: 3 * width * height) { buffer, count in
      squares.withUnsafeBufferPointer { squares in
        for y in 0..<height {
          let row = (top + y) % side * side
          var x = 0
          while x < width {
            let column = (left + x) % side
            let length = min(width - x, side - column)
            memcpy(
              buffer.baseAddress! + 3 * (y * width + x), squares.baseAddress! + 3 * (row + column),
              3 * length)
            x += length
          }
        }
      }
      count = 3 * width * height
    }
  }
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct SeededRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
