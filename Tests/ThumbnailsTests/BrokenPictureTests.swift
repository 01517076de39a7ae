import CPictureFixtures
import Testing

@testable import Thumbnails

@Suite("A broken picture")
struct BrokenPictureTests {
  static let jpegs = [
    JPEGFixture(sampling: (2, 2), pixel: Pattern.noise),
    JPEGFixture(sampling: (2, 2), progressive: true, pixel: Pattern.noise),
    JPEGFixture(sampling: (2, 2), restartRows: 1, pixel: Pattern.noise),
    JPEGFixture(sampling: (2, 2), arithmetic: true, pixel: Pattern.noise),
  ]
  static let pngs = [false, true].map { interlaced in
    PNGFixture(width: 64, height: 48, interlaced: interlaced) { x, y in
      Pattern.noise(x, y).map(Int.init)
    }
  }
  static let all = jpegs.map { $0.encoded() } + pngs.map { $0.encoded() }
  static let small = ThumbnailOptions(size: ThumbnailSize("16")!)

  static func kind(_ bytes: [UInt8], _ options: ThumbnailOptions = small) -> String {
    do {
      let result = try thumbnail(bytes, options)
      return result.width == 16 ? "whole" : "wrong size"
    } catch {
      return (error as? ThumbnailError)?.kind ?? "foreign error"
    }
  }

  @Test("cut anywhere is truncated", arguments: jpegs.indices)
  func cutJPEG(index: Int) {
    let bytes = Self.all[index]
    // Without its end marker, a JPEG still has all its pixels; the two bytes before may be padding.
    let header = 700
    for length in [Int](2..<header) + stride(from: header, to: bytes.count - 4, by: 31) {
      let kind = Self.kind(Array(bytes.prefix(length)))
      #expect(kind == "truncated", "\(length) of \(bytes.count) bytes")
    }
    #expect(Self.kind(bytes) == "whole")
  }

  @Test("cut anywhere is truncated, when it is a PNG", arguments: pngs.indices)
  func cutPNG(index: Int) throws {
    let bytes = Self.pngs[index].encoded()
    let signatureLength = 8
    let endChunk = 12
    for length in stride(from: signatureLength, to: bytes.count - endChunk - 8, by: 7) {
      #expect(Self.kind(Array(bytes.prefix(length))) == "truncated", "\(length) of \(bytes.count)")
    }
    #expect(try thumbnail(bytes.dropLast(endChunk), Self.small).warnings == 1)
  }

  @Test("names the rows that are there")
  func rowsAreCounted() throws {
    let fixture = JPEGFixture(width: 256, height: 256, pixel: Pattern.noise)
    let bytes = fixture.encoded()
    #expect(throws: ThumbnailError.truncated("128 of 256 rows")) {
      // Noise takes the same space all over; the header is short beside it.
      try thumbnail(Array(bytes.prefix(bytes.count * 33 / 64)), Self.small)
    }
  }

  @Test("with flipped bits gives an error or a whole thumbnail", arguments: all.indices, 0..<8)
  func flippedBits(index: Int, seed: Int) {
    var random = SeededRandom(UInt64(seed))
    let bytes = Self.all[index]
    for _ in 0..<30 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        damaged[Int.random(in: 2..<bytes.count, using: &random)] ^=
          1 << UInt8.random(in: 0...7, using: &random)
      }
      let options = ThumbnailOptions(
        size: ThumbnailSize("16")!, maxPixels: 1_000_000, lenient: seed % 2 == 0)
      // A flipped size gives a picture of another shape; what counts is that it ends well.
      if let result = try? thumbnail(damaged, options) {
        #expect((1...16).contains(result.width) && (1...16).contains(result.height))
      }
    }
  }

  @Test("PNG never gives a thumbnail when a bit of its pixels is flipped", arguments: pngs.indices)
  func flippedPixelBits(index: Int) throws {
    let bytes = Self.pngs[index].encoded()
    let pixels = try #require(bytes.firstRange(of: Array("IDAT".utf8))).upperBound
    for offset in stride(from: pixels, to: bytes.count - 16, by: 97) {
      var damaged = bytes
      damaged[offset] ^= 4
      #expect(["corrupt", "truncated"].contains(Self.kind(damaged)), "\(offset)")
    }
  }

  @Test("JPEG with an end marker in the middle is corrupt", arguments: 0..<3)
  func markerInTheMiddle(index: Int) {
    var bytes = Self.all[index]
    let middle = bytes.count / 2
    bytes.replaceSubrange(middle..<(middle + 2), with: [0xFF, 0xD9])
    #expect(Self.kind(bytes) == "corrupt")
  }

  @Test("JPEG is used as far as it goes when that is asked for", arguments: jpegs.indices)
  func lenient(index: Int) throws {
    let bytes = Self.all[index]
    var options = Self.small
    options.lenient = true
    let half = try thumbnail(Array(bytes.prefix(bytes.count / 2)), options)
    #expect(half.warnings > 0)
    #expect(half.width == 16)
  }

  @Test("PNG is not used, whatever is asked for")
  func lenientPNG() {
    var options = Self.small
    options.lenient = true
    let bytes = Self.pngs[0].encoded()
    #expect(Self.kind(Array(bytes.prefix(bytes.count / 2)), options) == "truncated")
  }

  @Test("is not one that has garbage after its end", arguments: all.indices)
  func trailingGarbage(index: Int) throws {
    let clean = try thumbnail(Self.all[index], Self.small)
    let dirty = try thumbnail(Self.all[index] + [1, 2, 3, 0xFF, 0xD8, 0xFF], Self.small)
    #expect(clean.bytes == dirty.bytes)
    #expect(dirty.warnings == 0)
  }

  @Test("is not one that lacks only its end marker", arguments: 0..<3)
  func missingEndMarker(index: Int) throws {
    let result = try thumbnail(Self.all[index].dropLast(2), Self.small)
    #expect(result.bytes == (try thumbnail(Self.all[index], Self.small)).bytes)
    #expect(result.warnings == 1)
  }

  @Test("is not one that has bytes between two segments")
  func bytesBetweenSegments() throws {
    var bytes = Self.all[0]
    bytes.insert(
      contentsOf: [1, 2, 3], at: try #require(bytes.firstRange(of: [0xFF, 0xDB])).lowerBound)
    let result = try thumbnail(bytes, Self.small)
    #expect(result.warnings == 1)
  }

  @Test(
    "is one whose scans leave out a colour",
    arguments: [JPEGFixture(progressive: true), JPEGFixture(separateScans: true)])
  func missingComponent(_ fixture: JPEGFixture) throws {
    let whole = fixture.encoded()
    let scans = whole.ranges(of: [0xFF, 0xDA]).map(\.lowerBound)
    #expect(scans.count >= 3)
    let head = whole[..<scans[0]]
    // All but the first scan: the end marker is there, so nothing says that a scan was lost.
    #expect(Self.kind(Array(head + whole[scans[1]...])) == "corrupt")
    // The first scan alone, without an end marker: cut exactly between two scans.
    #expect(Self.kind(Array(whole[..<scans[1]])) == "truncated")
  }
}

extension BrokenPictureTests {
  @Test("JPEG of 12 bits, or lossless, is unsupported", arguments: [(4, UInt8(12)), (1, 0xC3)])
  func unsupportedKinds(offset: Int, value: UInt8) throws {
    var bytes = Self.all[0]
    let frame = try #require(bytes.firstRange(of: [0xFF, 0xC0])).lowerBound
    bytes[frame + offset] = value
    #expect(Self.kind(bytes) == "unsupported")
  }

  @Test("PNG with another bit depth in its header is corrupt")
  func badBitDepth() {
    var bytes = Self.pngs[0].encoded()
    bytes[24] = 3
    #expect(Self.kind(bytes) == "corrupt")
  }

  @Test("PNG whose line ends a transfer has changed is corrupt")
  func changedLineEnds() {
    let bytes = Self.pngs[0].encoded()
    #expect(Self.kind(bytes.filter { $0 != 13 }) == "corrupt")
  }
}

func thumbnail(_ bytes: some Sequence<UInt8>, _ options: ThumbnailOptions) throws -> Thumbnail {
  try Thumbnailer(options: options).thumbnail(of: Array(bytes))
}
