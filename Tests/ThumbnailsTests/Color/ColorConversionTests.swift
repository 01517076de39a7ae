import CPictureFixtures
import Testing

@testable import Thumbnails

@Suite("Colours become sRGB's")
struct ColorConversionTests {
  /// Saturated and dark colours, where conversions differ most.
  static let colours = PNGFixture(width: 64, height: 64) { x, y in
    [x * 4, y * 4, (x * 37 + y * 91) % 256]
  }

  static func picture(_ profile: [UInt8]) -> [UInt8] {
    colours.encoded().withChunks([("iCCP", profile.packedProfile)])
  }

  @Test(arguments: [NamedProfile.p3, NamedProfile.swapped, NamedProfile.gamma18])
  func `as lcms2 itself converts them, to a step`(_ profile: NamedProfile) throws {
    let plain = try Raster(decoding: Self.colours.encoded())
    let result = try thumbnail(Self.picture(profile.bytes), .wholeAsPNG())
    let converted = try Raster(decoding: result.bytes)
    let expected = Profiles.converted(plain, from: profile.bytes)
    #expect(converted.largestDifference(from: expected) <= 1)
    #expect(converted.meanDifference(from: expected) < 0.1)
    #expect(converted.largestDifference(from: plain) > 15)
    #expect(result.warnings == 0)
  }

  @Test(arguments: [NamedProfile.p3, NamedProfile.swapped, NamedProfile.gamma18])
  func `when they are resized as if the whole picture had been converted first`(
    _ profile: NamedProfile
  )
    throws
  {
    let options = ThumbnailOptions(size: ThumbnailSize("16")!, format: .png)
    let whole = try thumbnail(Self.picture(profile.bytes), .wholeAsPNG())
    let expected = try Raster(decoding: try thumbnail(whole.bytes, options).bytes)
    let result = try Raster(decoding: try thumbnail(Self.picture(profile.bytes), options).bytes)
    // Noise in blue is the worst case; photographs come within a third of that.
    #expect(result.meanDifference(from: expected) < 1.5)
  }

  @Test
  func `so a swap of red and green that a profile undoes is undone`() throws {
    let red = PNGFixture(width: 8, height: 8) { _, _ in [250, 10, 20] }
    let bytes = red.encoded().withChunks([("iCCP", Profiles.swapped.packedProfile)])
    let pixel = try Raster(decoding: try thumbnail(bytes, .wholeAsPNG()).bytes)[4, 4]
    #expect(zip(pixel, [10, 250, 20, 255]).allSatisfy { abs(Int($0.0) - $0.1) <= 1 })
  }

  @Test
  func `of a JPEG whose profile is cut into many segments`() throws {
    let jpeg = JPEGFixture().encoded()
    let whole = try thumbnail(jpeg.withProfile(Profiles.p3), .wholeAsPNG())
    let parts = try thumbnail(jpeg.withProfile(Profiles.p3, partLength: 40), .wholeAsPNG())
    let plain = try thumbnail(jpeg, .wholeAsPNG())
    #expect(whole.bytes == parts.bytes)
    #expect(whole.bytes != plain.bytes)
    let expected = Profiles.converted(try Raster(decoding: plain.bytes), from: Profiles.p3)
    #expect(try Raster(decoding: whole.bytes).largestDifference(from: expected) <= 2)
  }

  @Test(arguments: [NamedProfile.p3, NamedProfile.gamma18])
  func `of 16-bit samples too`(_ profile: NamedProfile) throws {
    var deep = Self.colours
    deep.depth = 16
    deep.pixel = { x, y in Self.colours.pixel(x, y).map { $0 * 257 } }
    let bytes = deep.encoded().withChunks([("iCCP", profile.bytes.packedProfile)])
    let shallow = try thumbnail(Self.picture(profile.bytes), .wholeAsPNG())
    #expect(try thumbnail(bytes, .wholeAsPNG()).bytes == shallow.bytes)
  }

  @Test(arguments: [NamedProfile.p3, NamedProfile.gamma18])
  func `under alpha, which stays as it is`(_ profile: NamedProfile) throws {
    let fixture = PNGFixture(width: 64, height: 64, colourType: .rgba) { x, y in
      Self.colours.pixel(x, y) + [128 + x * 2]
    }
    let plain = try Raster(decoding: fixture.encoded())
    let bytes = fixture.encoded().withChunks([("iCCP", profile.bytes.packedProfile)])
    let result = try Raster(decoding: try thumbnail(bytes, .wholeAsPNG()).bytes)
    let expected = Profiles.converted(plain, from: profile.bytes)
    #expect(result.largestDifference(from: expected) <= 2)
    for x in 0..<64 { #expect(result[x, 7][3] == plain[x, 7][3]) }
  }

  @Test(arguments: [8, 16])
  func `of grey, which stays grey`(depth: Int) throws {
    let fixture = PNGFixture(width: 256, height: 2, colourType: .grey, depth: depth) { x, _ in
      [depth == 8 ? x : x * 257]
    }
    let bytes = fixture.encoded().withChunks([("iCCP", Profiles.greyGamma18.packedProfile)])
    let result = try thumbnail(bytes, .wholeAsPNG())
    let expected = Profiles.converted(width: 256, height: 2, from: Profiles.greyGamma18) { x, _ in
      [UInt8(x)]
    }
    #expect(try Raster(decoding: result.bytes).largestDifference(from: expected) <= 1)
    let layout = try result.bytes.withUnsafeBytes { try PNGDecoder($0).header.layout }
    #expect(layout.isGrey)
  }

  @Test
  func `and those of a profile that is sRGB's in effect stay to the bit`() throws {
    for size in ["16", "65500"] {
      let options = ThumbnailOptions(size: ThumbnailSize(size)!)
      let plain = try thumbnail(Self.colours.encoded(), options)
      #expect(try thumbnail(Self.picture(Profiles.sRGB), options).bytes == plain.bytes)
    }
    let grey = PNGFixture(colourType: .grey) { x, y in [x * 7 + y] }
    let options = ThumbnailOptions(size: ThumbnailSize("16")!)
    let profiled = grey.encoded().withChunks([("iCCP", Profiles.greySRGB.packedProfile)])
    #expect(try thumbnail(profiled, options).bytes == thumbnail(grey.encoded(), options).bytes)
  }
}
