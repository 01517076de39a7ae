import Testing

@testable import Thumbnails

@Suite(
  "PNGs of every kind equal libpng's own decode, resized", .enabled(if: Corpus.directory != nil))
struct PNGSuiteTests {
  /// Willem van Schaik's PngSuite, as far as it is at hand.
  static let suite = Corpus.table("hostile.tsv").filter { $0[1] == "pngsuite-valid" }.map { $0[0] }
  static let interlaced =
    suite.filter { $0.hasPrefix("basi") }.map { "hostile/" + $0 }
    + Corpus.table("png.tsv").filter { $0[1] == "drv-adam7" }.map { "png/" + $0[0] }

  /// 256 enlarges none of them; 1 is a mean of all.
  static let sizes = ["256", "31", "17", "7x20", "1"]

  static func options(_ size: String) -> ThumbnailOptions {
    // What a file says of its colours isn't libpng's business.
    ThumbnailOptions(size: ThumbnailSize(size)!, format: .png, icc: .strip)
  }

  @Test(arguments: suite)
  func `to 45 dB at every size`(name: String) throws {
    let bytes = try Corpus.bytes("hostile/" + name)
    for size in Self.sizes {
      let result = try thumbnail(bytes, Self.options(size))
      let reference = Reference(png: bytes, result.width, result.height)
      let psnr = reference.psnr(of: try Raster(decoding: result.bytes))
      #expect(psnr >= 45, "\(psnr) dB at \(size)")
      #expect(result.warnings == 0)
    }
  }

  /// The suite's files of the usual colours look the same with what they say of them heeded.
  @Test(arguments: suite.filter { !$0.hasPrefix("cc") })
  func `and a gamma alone changes nothing`(name: String) throws {
    let bytes = try Corpus.bytes("hostile/" + name)
    var options = Self.options("31")
    let bare = try thumbnail(bytes, options).bytes
    options.icc = .convert
    #expect(try thumbnail(bytes, options).bytes == bare)
  }

  @Test(arguments: interlaced)
  func `to the bit when they are interlaced and when they aren't`(path: String) throws {
    let bytes = try Corpus.bytes(path)
    let plain = PNGFixture(decoding: bytes).encoded()
    for size in ["256", "31", "17"] {
      let interlaced = try Raster(decoding: thumbnail(bytes, Self.options(size)).bytes)
      let straight = try Raster(decoding: thumbnail(plain, Self.options(size)).bytes)
      #expect(interlaced == straight)
    }
  }
}

@Suite("PNGs of the tests' own making equal libpng's own decode, resized")
struct PNGReferenceTests {
  @Test(arguments: PNGDecodingTests.fixtures + PNGDecodingTests.transparent, ["31", "17", "9x5"])
  func `to 45 dB`(fixture: PNGFixture, size: String) throws {
    let bytes = fixture.encoded()
    let result = try thumbnail(bytes, PNGSuiteTests.options(size))
    let reference = Reference(png: bytes, result.width, result.height)
    let psnr = reference.psnr(of: try Raster(decoding: result.bytes))
    #expect(psnr >= 45, "\(psnr) dB")
  }
}
