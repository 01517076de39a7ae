import Testing

@testable import Thumbnails

@Suite("Size")
struct ThumbnailSizeTests {
  @Test(
    "is read as people write it",
    arguments: [
      ("256", 256, 256), ("640x480", 640, 480), ("640x", 640, nil), ("x480", nil, 480),
      ("1", 1, 1), ("65500x65500", 65_500, 65_500),
    ] as [(String, Int?, Int?)])
  func goodSizes(argument: String, width: Int?, height: Int?) throws {
    let size = try #require(ThumbnailSize(argument))
    #expect(size.width == width && size.height == height)
    #expect(ThumbnailSize(size.description) == size)
  }

  @Test(
    "is refused when it makes no sense",
    arguments: [
      "", "x", "0", "0x0", "10x0", "x0", "-5", "+5", "5x-5", "65501", "1x100000", "10x10x10", "ten",
      " 10", "10 ", "1e3", "0x10 ", "99999999999999999999", "٣", "10X10",
    ])
  func badSizes(argument: String) {
    #expect(ThumbnailSize(argument) == nil)
  }

  @Test("needs a side")
  func noSides() {
    #expect(ThumbnailSize(width: nil, height: nil) == nil)
    #expect(ThumbnailSize(width: 0, height: nil) == nil)
    #expect(ThumbnailSize(width: nil, height: 65_501) == nil)
  }

  @Test(
    "fits a picture into the box",
    arguments: [
      // Limited by the width, by the height, by neither.
      (4000, 3000, "256", 256, 192), (3000, 4000, "256", 192, 256), (256, 256, "256", 256, 256),
      (100, 50, "256", 100, 50), (4000, 3000, "4000x10", 13, 10), (1000, 1000, "300x200", 200, 200),
      // A free side.
      (4000, 3000, "400x", 400, 300), (4000, 3000, "x300", 400, 300), (50, 3000, "400x", 50, 3000),
      // Rounding: 1000 / 3 up and down, and halves up.
      (3000, 1001, "1000", 1000, 334), (3000, 1000, "1000", 1000, 333), (200, 101, "100", 100, 51),
      // Never below 1.
      (20_000, 1, "256", 256, 1), (1, 20_000, "256", 1, 256), (65_500, 3, "1", 1, 1),
      (1, 1, "65500", 1, 1),
    ])
  func fitting(width: Int, height: Int, box: String, fittedWidth: Int, fittedHeight: Int) throws {
    let size = PixelSize(width: width, height: height)
    let fitted = size.fitted(into: try #require(ThumbnailSize(box)))
    #expect(fitted == PixelSize(width: fittedWidth, height: fittedHeight))
  }

  @Test("keeps within the box and the shape, whatever the picture", arguments: UInt64(0)..<50)
  func fittingAnything(seed: UInt64) throws {
    var random = SeededRandom(seed)
    for _ in 0..<200 {
      let size = PixelSize(
        width: .random(in: 1...70_000, using: &random),
        height: .random(in: 1...70_000, using: &random))
      let width = Int.random(in: 1...3000, using: &random)
      let height = Int.random(in: 1...3000, using: &random)
      let fitted = size.fitted(into: try #require(ThumbnailSize(width: width, height: height)))
      #expect((1...min(width, size.width)).contains(fitted.width))
      #expect((1...min(height, size.height)).contains(fitted.height))
      // One side touches, and the other is its exact share to half a pixel, unless that is less than one.
      #expect(
        fitted.width == min(width, size.width) || fitted.height == min(height, size.height))
      let exact = Double(fitted.width) * Double(size.height) / Double(size.width)
      let exactWidth = Double(fitted.height) * Double(size.width) / Double(size.height)
      #expect(
        abs(exact - Double(fitted.height)) <= 0.5 || abs(exactWidth - Double(fitted.width)) <= 0.5
          || fitted.width == 1 || fitted.height == 1)
    }
  }

  @Test(
    "a JPEG is decoded at the least power of two that leaves two and a half times the target, at half size three",
    arguments: [
      (800, 600, 40, 30, 1), (800, 600, 41, 30, 2), (800, 600, 80, 60, 2), (800, 600, 81, 60, 4),
      (800, 600, 133, 100, 4), (800, 600, 134, 100, 8), (800, 600, 800, 600, 8), (1, 1, 1, 1, 8),
      // The short side counts as well.
      (800, 19, 40, 1, 2), (800, 4, 40, 1, 8),
    ])
  func dctScale(width: Int, height: Int, targetWidth: Int, targetHeight: Int, eighths: Int) {
    let chosen = DCTScale.eighths(
      from: PixelSize(width: width, height: height),
      to: PixelSize(width: targetWidth, height: targetHeight))
    #expect(chosen == eighths)
  }
}
