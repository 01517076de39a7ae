import Testing

@testable import Thumbnails

@Suite("Pixel density")
struct PixelDensityTests {
  @Test(arguments: [
    ("1", "1", ""), ("2", "2", "@2x"), ("1.5", "1.5", "@1.5x"), ("1.50", "1.5", "@1.5x"),
    ("2.0", "2", "@2x"), ("1.25", "1.25", "@1.25x"), ("3.05", "3.05", "@3.05x"),
    ("10", "10", "@10x"), ("0.5", "0.5", "@0.5x"),
  ])
  func `is read from decimals and marks a file`(
    text: String, shown: String, suffix: String
  ) throws {
    let density = try #require(PixelDensity(text))
    #expect("\(density)" == shown && density.suffix == suffix)
    #expect(PixelDensity(shown) == density)
  }

  @Test(arguments: [
    "", "0", "0.49", "10.01", "11", "-1", "+2", "2x", "1.555", ".5", "2.", "1.5.1", "1e1", "٢",
    "99999999999999999999",
  ])
  func `is not read from anything else`(text: String) {
    #expect(PixelDensity(text) == nil)
  }

  @Test(arguments: [
    ("100x50", "2", "200x100"), ("75", "1.5", "113x113"), ("640x", "3", "1920x"),
    ("1x1", "0.5", "1x1"), ("x65500", "1", "x65500"),
  ])
  func `multiplies a box`(size: String, density: String, expected: String) throws {
    let scaled = try #require(PixelDensity(density)).scaled(try #require(ThumbnailSize(size)))
    #expect(scaled?.description == expected)
  }

  static func named(_ sizes: [String], _ densities: [String]) throws -> [String] {
    try ThumbnailVariant.all(
      sizes: sizes.map { try #require(ThumbnailSize($0)) },
      densities: densities.map { try #require(PixelDensity($0)) }
    ).map { "\($0.size)\($0.suffix)" }
  }

  @Test func `is a part of names where there are several`() throws {
    #expect(try Self.named(["256"], ["1"]) == ["256x256"])
    #expect(try Self.named(["256"], ["2"]) == ["512x512"])
    #expect(try Self.named(["256"], ["1", "2"]) == ["256x256.256", "512x512.256@2x"])
    #expect(
      try Self.named(["640x", "x32", "3x4"], ["2", "1"])
        == [
          "1280x.640x@2x", "640x.640x", "x64.x32@2x", "x32.x32", "6x8.3x4@2x", "3x4.3x4",
        ])
    #expect(
      try Self.named(["8", "8x8"], ["1", "1.0", "2"]) == ["8x8.8", "16x16.8@2x"])
    #expect(".65500x65500@9.99x".utf8.count == ThumbnailVariant.longestSuffix)
  }

  @Test func `refuses names that two pictures could share`() throws {
    // a.jpg at 256@1.5 and a.jpg.256@1 at 5x.
    #expect(throws: ThumbnailVariant.Problem.alike(".5x", ".256@1.5x")) {
      try Self.named(["256", "5x"], ["1.5", "1"])
    }
    #expect(try Self.named(["256", "50x"], ["1.5", "1"]).count == 4)
  }

  @Test func `refuses a product that is too large, and too many`() throws {
    let size = try #require(ThumbnailSize("40000x10"))
    let two = try #require(PixelDensity("2"))
    #expect(throws: ThumbnailVariant.Problem.outOfRange(size, two)) {
      try ThumbnailVariant.all(sizes: [size], densities: [.one, two])
    }
    #expect(throws: ThumbnailVariant.Problem.tooMany(66)) {
      try Self.named((1...33).map(String.init), ["1", "2"])
    }
  }
}
