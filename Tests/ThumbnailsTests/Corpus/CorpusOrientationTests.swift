import Testing

@testable import Thumbnails

/// The corpus's pictures that come in several orientations, each compared with the one of its set that is upright.
@Suite("Pictures of the corpus stand upright", .enabled(if: Corpus.directory != nil))
struct CorpusOrientationTests {
  /// A picture, the upright one of its set, and how alike they are: the pictures of a set were compressed
  /// apart, most with another number drawn on each.
  struct Pair: Sendable, CustomTestStringConvertible {
    var name: String
    var upright: String
    var psnr: Double
    var testDescription: String { name }
  }

  static let pairs =
    [2, 4, 6, 8].map { Pair(name: "hopper_orientation_\($0)", upright: "", psnr: 30) }
    + [3, 5, 7].map { Pair(name: "or_Landscape_\($0)", upright: "or_Landscape_1", psnr: 27) }
    + [2, 4, 6, 8].map { Pair(name: "or_Portrait_\($0)", upright: "or_Portrait_0", psnr: 25) }
    + [4, 6].map { Pair(name: "sh_Landscape_\($0)", upright: "sh_Landscape_1", psnr: 20) }
    + [2, 4, 5, 7, 8].map { Pair(name: "sh_Portrait_\($0)", upright: "sh_Portrait_1", psnr: 20) }

  @Test(arguments: pairs)
  func `and look like the upright one of their set, and like no other`(pair: Pair) throws {
    let bytes = try Corpus.bytes("hostile/\(pair.name).jpg")
    // The hoppers have no upright one with them; they are held against each other.
    let reference = pair.upright.isEmpty ? "hopper_orientation_2" : pair.upright
    let options = ThumbnailOptions(size: ThumbnailSize("256")!, format: .png)
    let result = try Raster(decoding: thumbnail(bytes, options).bytes)
    let expected = try Raster(
      decoding: thumbnail(Corpus.bytes("hostile/\(reference).jpg"), options).bytes)
    #expect(result.psnr(from: expected) >= pair.psnr)
    for wrong in Orientation.allCases where wrong != .upright {
      #expect(
        result.turned(from: wrong).psnr(from: expected) < pair.psnr - 3, "not even as \(wrong)")
    }
  }

  static let all = Corpus.table("hostile.tsv").filter { $0[1] == "exif-orientation" }.map { $0[0] }

  @Test(arguments: all)
  func `pixel by pixel, as a JPEG and as a PNG`(name: String) throws {
    let bytes = try Corpus.bytes("hostile/" + name)
    let options = ThumbnailOptions(size: ThumbnailSize("128")!, format: .png)
    let result = try thumbnail(bytes, options)
    let number = result.source.orientation
    // The same file that says it's upright, turned by the tests' own hand.
    let stored = try Raster(decoding: thumbnail(bytes.withOrientation(1), options).bytes)
    let expected = OrientationTests.uprighted(stored, from: number)
    #expect(try Raster(decoding: result.bytes) == expected)

    let png = PNGFixture(
      width: stored.width, height: stored.height, exif: OrientationTests.exif(number)
    ) { x, y in stored[x, y].prefix(3).map(Int.init) }
    #expect(try Raster(decoding: thumbnail(png.encoded(), options).bytes) == expected)
  }

  @Test(arguments: all)
  func `as their EXIF tells`(name: String) throws {
    let digits = name.filter(\.isNumber)
    let number = try #require(Int(digits))
    let told = (1...8).contains(number) ? number : 1
    let bytes = try Corpus.bytes("hostile/" + name)
    let options = ThumbnailOptions(size: ThumbnailSize("16")!)
    #expect(try thumbnail(bytes, options).source.orientation == told)
  }
}

extension [UInt8] {
  /// This JPEG with another number in its EXIF's entry for orientation, a SHORT in either byte order.
  fileprivate func withOrientation(_ number: UInt8) -> [UInt8] {
    var bytes = self
    if let entry = firstRange(of: [0x12, 0x01, 0x03, 0x00, 0x01, 0x00, 0x00, 0x00]) {
      bytes[entry.upperBound] = number
    } else if let entry = firstRange(of: [0x01, 0x12, 0x00, 0x03, 0x00, 0x00, 0x00, 0x01]) {
      bytes[entry.upperBound + 1] = number
    }
    return bytes
  }
}
