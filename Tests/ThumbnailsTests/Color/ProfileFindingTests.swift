import Testing

@testable import Thumbnails

@Suite("A file's profile is found")
struct ProfileFindingTests {
  static let png = PNGFixture(width: 4, height: 4) { x, y in [x * 60, y * 60, 90] }.encoded()
  /// cHRM of Display P3, in hundred-thousandths.
  static let chromaticities = [31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000]
    .flatMap { UInt32($0).bigEndianBytes }

  static func gamma(_ value: UInt32) -> (type: String, data: [UInt8]) {
    ("gAMA", value.bigEndianBytes)
  }

  static func source(_ chunks: [(type: String, data: [UInt8])]) throws -> SourceColor {
    try png.withChunks(chunks).withUnsafeBytes { try SourceColor($0, format: .png) }
  }

  @Test
  func `in PNG's chunks by their precedence, whatever their order`() throws {
    let all: [(type: String, data: [UInt8])] = [
      Self.gamma(55_556), ("cHRM", Self.chromaticities), ("sRGB", [0]),
      ("iCCP", Profiles.p3.packedProfile), ("cICP", [12, 13, 0, 1]),
    ]
    guard case .described(let coded)? = try Self.source(all).profile else {
      Issue.record("cICP isn't first")
      return
    }
    #expect(coded.transfer == .sRGB && coded.red.x == 0.68)
    #expect(try Self.source(Array(all.prefix(4))).profile == .icc(Profiles.p3))
    #expect(try Self.source(Array(all.prefix(3))).profile == nil)
    guard case .described(let described)? = try Self.source(Array(all.prefix(2))).profile else {
      Issue.record("gAMA and cHRM aren't heeded")
      return
    }
    #expect(described.transfer == .gamma(1 / 0.55556))
    #expect(described.green == Colorimetry.Chromaticity(x: 0.265, y: 0.69))
  }

  @Test
  func `and a gamma near 1/2.2 stands for sRGB's curve`() throws {
    let chunks = [Self.gamma(45_455), ("cHRM", Self.chromaticities)]
    guard case .described(let described)? = try Self.source(chunks).profile else {
      Issue.record("gAMA and cHRM aren't heeded")
      return
    }
    #expect(described.transfer == .sRGB)
  }

  @Test
  func `but not in chunks that make no sense or say too little`() throws {
    let chromaticities: (type: String, data: [UInt8]) = ("cHRM", Self.chromaticities)
    #expect(try Self.source([Self.gamma(100_000)]).profile == nil)
    #expect(try Self.source([chromaticities]).profile == nil)
    #expect(try Self.source([Self.gamma(0), chromaticities]).profile == nil)
    #expect(try Self.source([Self.gamma(0), chromaticities]).warnings == 1)
    #expect(try Self.source([("cICP", [9, 16, 0, 1])]).profile == nil)
    #expect(try Self.source([("cICP", [1, 13])]).warnings == 1)
    // What is next in rank counts then.
    let next = try Self.source([("cICP", [9, 16, 0, 1]), ("iCCP", Profiles.p3.packedProfile)])
    #expect(next.profile == .icc(Profiles.p3))
    #expect(try Self.source([("iCCP", Array("no end of a name".utf8))]).warnings == 1)
    #expect(try Self.source([("iCCP", Array("a".utf8) + [0, 0, 1, 2, 3])]).profile == nil)
  }

  @Test
  func `though not one that unpacks to more than any profile has`() throws {
    let zeros = [UInt8](repeating: 0, count: 2 * ColorProfile.maxLength)
    let source = try Self.source([("iCCP", zeros.packedProfile)])
    #expect(source.profile == nil)
    #expect(source.warnings == 1)
  }

  @Test
  func `in a JPEG's segments only when all are there once`() throws {
    func found(_ change: (inout [[UInt8]]) -> Void) -> SourceColor {
      var parts = Profiles.p3.profileParts(100)
      change(&parts)
      let jpeg = JPEGFixture(width: 8, height: 8).encoded().withSegments(0xE2, parts)
      return jpeg.withUnsafeBytes { JPEGSegments($0).color }
    }
    #expect(found { _ in }.profile == .icc(Profiles.p3))
    #expect(found { $0.reverse() }.profile == .icc(Profiles.p3))
    #expect(found { $0.insert(Array("MPF\0".utf8), at: 1) }.profile == .icc(Profiles.p3))
    for broken in [
      found { $0.removeLast() }, found { $0.removeFirst() }, found { $0.append($0[0]) },
      found { $0[0][12] = 0 }, found { $0[0][13] += 1 }, found { $0 = [Array($0[0].prefix(13))] },
    ] {
      #expect(broken.profile == nil)
      #expect(broken.warnings == 1)
    }
    #expect(found { $0 = [] }.warnings == 0)
  }

  @Test(arguments: 0..<200)
  func `and a walk through any bytes ends`(seed: Int) throws {
    var random = SeededRandom(UInt64(seed))
    var jpeg = JPEGFixture(width: 8, height: 8).encoded().withProfile(Profiles.p3)
    var png = Self.png.withChunks([("iCCP", Profiles.p3.packedProfile)])
    var webp = Array("RIFF....WEBPICCP".utf8) + random.bytes(60)
    for _ in 0..<6 {
      jpeg[Int.random(in: 2..<jpeg.count, using: &random)] = random.bytes(1)[0]
      png[Int.random(in: 8..<png.count, using: &random)] = random.bytes(1)[0]
      webp[Int.random(in: 12..<webp.count, using: &random)] = random.bytes(1)[0]
    }
    jpeg.withUnsafeBytes { #expect(JPEGSegments($0).color.warnings <= 1) }
    let color = try png.withUnsafeBytes { try SourceColor($0, format: .png) }
    #expect(color.warnings <= 2)
    webp.withUnsafeBytes { #expect(RIFFChunks(file: $0).color.warnings <= 1) }
  }
}
