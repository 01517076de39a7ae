import Testing

@testable import Thumbnails

@Suite("--icc: what becomes of a profile")
struct ICCHandlingTests {
  static let picture = ColorConversionTests.colours.encoded()
    .withChunks([("iCCP", Profiles.p3.packedProfile)])

  static func options(_ handling: ICCHandling, _ format: ThumbnailFormat) -> ThumbnailOptions {
    ThumbnailOptions(
      size: ThumbnailSize("65500")!, format: format, icc: handling,
      tag: ThumbnailTag("made by a test"))
  }

  @Test(arguments: ThumbnailFormat.written)
  func `convert and strip leave none, keep embeds it`(_ format: ThumbnailFormat) throws {
    for handling in ICCHandling.allCases {
      let result = try thumbnail(Self.picture, Self.options(handling, format))
      let color = try result.bytes.withUnsafeBytes {
        try SourceColor($0, format: SourceInfo.Format(rawValue: result.format.rawValue)!)
      }
      #expect(color.profile == (handling == .keep ? .icc(Profiles.p3) : nil))
      #expect(color.warnings == 0)
      // The tag is still near the beginning.
      #expect(ThumbnailTag.read(fromHead: result.bytes)?.text == "made by a test")
    }
  }

  @Test(arguments: ThumbnailFormat.written)
  func `keep and strip leave the pixels, convert doesn't`(_ format: ThumbnailFormat) throws {
    let kept = try Raster(decoding: thumbnail(Self.picture, Self.options(.keep, format)).bytes)
    let bare = try Raster(decoding: thumbnail(Self.picture, Self.options(.strip, format)).bytes)
    let changed = try Raster(
      decoding: thumbnail(Self.picture, Self.options(.convert, format)).bytes)
    #expect(kept == bare)
    #expect(changed.meanDifference(from: bare) > 3)
  }

  @Test
  func `a kept thumbnail is shown as the source is`() throws {
    let kept = try thumbnail(Self.picture, Self.options(.keep, .png))
    let converted = try thumbnail(Self.picture, Self.options(.convert, .png))
    #expect(try thumbnail(kept.bytes, Self.options(.convert, .png)).bytes == converted.bytes)
  }

  @Test
  func `PNG's chunks for colours are kept as a profile`() throws {
    let bytes = ColorConversionTests.colours.encoded().withChunks([("cICP", [12, 13, 0, 1])])
    let kept = try thumbnail(bytes, Self.options(.keep, .png))
    let converted = try Raster(decoding: thumbnail(bytes, Self.options(.convert, .png)).bytes)
    let later = try Raster(decoding: thumbnail(kept.bytes, Self.options(.convert, .png)).bytes)
    #expect(later.largestDifference(from: converted) <= 1)
    let profile = Profiles.converted(
      try Raster(decoding: ColorConversionTests.colours.encoded()), from: Profiles.p3)
    #expect(converted.largestDifference(from: profile) <= 1)
  }
}

extension ThumbnailFormat {
  /// What this build can write.
  static var written: [ThumbnailFormat] { [.jpeg, .png, .webp].filter(\.isSupported) }
}
