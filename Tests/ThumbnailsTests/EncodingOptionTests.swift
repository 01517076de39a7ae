import Testing

@testable import Thumbnails

@Suite("Encoding options")
struct EncodingOptionTests {
  /// The frame header's marker and each component's sampling factors.
  static func frameHeader(_ jpeg: [UInt8]) throws -> (marker: UInt8, sampling: [UInt8]) {
    var offset = 2
    while offset + 4 <= jpeg.count, jpeg[offset] == 0xFF {
      let marker = jpeg[offset + 1]
      let length = Int(jpeg[offset + 2]) << 8 | Int(jpeg[offset + 3])
      if (0xC0...0xC2).contains(marker) {
        let components = Int(jpeg[offset + 9])
        return (marker, (0..<components).map { jpeg[offset + 11 + 3 * $0] })
      }
      offset += 2 + length
    }
    throw ThumbnailError.corrupt("no frame header")
  }

  static func made(_ change: (inout ThumbnailOptions) -> Void) throws -> [UInt8] {
    var options = ThumbnailOptions(size: ThumbnailSize("64")!)
    change(&options)
    return try thumbnail(JPEGFixture(pixel: Pattern.noise).encoded(), options).bytes
  }

  @Test func `choose 4:2:0 or 4:4:4`() throws {
    let quarter = try Self.made { $0.subsampling = .yuv420 }
    let full = try Self.made { $0.subsampling = .yuv444 }
    #expect(try Self.frameHeader(quarter).sampling == [0x22, 0x11, 0x11])
    #expect(try Self.frameHeader(full).sampling == [0x11, 0x11, 0x11])
    let plain = try Self.made { _ in }
    #expect(plain == quarter && full.count > quarter.count)
  }

  @Test func `choose baseline or progressive, with the same pixels`() throws {
    let baseline = try Self.made { _ in }
    let progressive = try Self.made { $0.progressive = true }
    #expect(try Self.frameHeader(baseline).marker == 0xC0)
    #expect(try Self.frameHeader(progressive).marker == 0xC2)
    let (one, other) = (try Raster(decoding: baseline), try Raster(decoding: progressive))
    #expect(one == other)
  }

  @Test func `keep the tag where it is looked for, progressive or not`() throws {
    for progressive in [false, true] {
      let bytes = try Self.made {
        $0.progressive = progressive
        $0.tag = ThumbnailTag("made by a test")
      }
      #expect(ThumbnailTag.read(fromHead: bytes)?.text == "made by a test")
    }
  }

  static let clear = PNGFixture(width: 32, height: 32, colourType: .rgba) { x, _ in
    x < 16 ? [0, 0, 0, 0] : [10, 20, 30, 255]
  }

  @Test(arguments: ["#ff8000", "white", "#000", "teal"])
  func `lay a JPEG's transparent parts on the background`(colour: String) throws {
    let background = try #require(RGBColor(colour))
    let options = ThumbnailOptions(
      size: ThumbnailSize("32")!, quality: 100, subsampling: .yuv444, background: background,
      format: .jpeg)
    let picture = try Raster(decoding: thumbnail(Self.clear.encoded(), options).bytes)
    let expected = [background.red, background.green, background.blue].map(Int.init)
    for (sample, wanted) in zip(picture[5, 20], expected) {
      #expect(abs(Int(sample) - wanted) <= 3)
    }
    for (sample, wanted) in zip(picture[26, 20], [10, 20, 30]) {
      #expect(abs(Int(sample) - wanted) <= 3)
    }
  }

  @Test func `mix the background with what is half transparent`() throws {
    let half = PNGFixture(width: 16, height: 16, colourType: .rgba) { _, _ in [200, 0, 100, 128] }
    let options = ThumbnailOptions(
      size: ThumbnailSize("8")!, quality: 100, subsampling: .yuv444,
      background: RGBColor(red: 0, green: 255, blue: 50), format: .jpeg)
    let pixel = try Raster(decoding: thumbnail(half.encoded(), options).bytes)[4, 4]
    for (sample, wanted) in zip(pixel, [100, 127, 75]) { #expect(abs(Int(sample) - wanted) <= 3) }
  }

  @Test func `give a grey picture on a coloured background its colours`() throws {
    let grey = PNGFixture(width: 16, height: 16, colourType: .greyAlpha) { _, y in
      y < 8 ? [77, 255] : [77, 0]
    }
    var options = ThumbnailOptions(
      size: ThumbnailSize("16")!, quality: 100, subsampling: .yuv444,
      background: RGBColor(red: 200, green: 30, blue: 30), format: .jpeg)
    let coloured = try Raster(decoding: thumbnail(grey.encoded(), options).bytes)
    #expect(coloured[8, 14][0] > 190 && coloured[8, 14][1] < 40)
    options.background = RGBColor(red: 99, green: 99, blue: 99)
    let bytes = try thumbnail(grey.encoded(), options).bytes
    #expect(try Self.frameHeader(bytes).sampling.count == 1)
    #expect(try abs(Int(Raster(decoding: bytes)[8, 14][0]) - 99) <= 2)
  }

  @Test func `leave a PNG transparent whatever the background`() throws {
    let options = ThumbnailOptions(
      size: ThumbnailSize("32")!, background: RGBColor(red: 1, green: 2, blue: 3))
    let result = try thumbnail(Self.clear.encoded(), options)
    #expect(result.format == .png)
    #expect(try Raster(decoding: result.bytes)[5, 5] == [0, 0, 0, 0])
  }
}

@Suite("Colour")
struct RGBColorTests {
  @Test(arguments: [
    ("#ff8000", 255, 128, 0), ("#FF8000", 255, 128, 0), ("#f80", 255, 136, 0),
    ("orange", 255, 165, 0), ("Grey", 128, 128, 128), ("#000", 0, 0, 0),
  ])
  func `is read from hexadecimal digits and names`(
    text: String, red: UInt8, green: UInt8, blue: UInt8
  ) {
    #expect(RGBColor(text) == RGBColor(red: red, green: green, blue: blue))
  }

  @Test(arguments: [
    "", "#", "#ff", "#ff80", "#ff80000", "ff8000", "#gg8000", "#ff 000", "transparent", "##fff",
    "#ffé", "white ",
  ])
  func `is not read from anything else`(text: String) {
    #expect(RGBColor(text) == nil)
  }

  @Test func `is written as it is read`() {
    for name in RGBColor.names {
      let colour = RGBColor(name)
      #expect(colour != nil && RGBColor("\(colour!)") == colour)
    }
    #expect("\(RGBColor(red: 0, green: 10, blue: 255))" == "#000aff")
  }
}
