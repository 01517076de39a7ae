import CImageCodecs
import CPictureFixtures
import Testing

@testable import Thumbnails

@Suite("A progressive JPEG's scans that the scale doesn't need")
struct LeftOutScansTests {
  static let scales = [1, 2, 4, 8]

  static func fixture(
    _ kind: fixture_jpeg_kind = FIXTURE_YCC, _ sampling: (Int, Int) = (1, 1),
    _ scans: ScanScript? = nil, restartRows: Int = 0, width: Int = 93, height: Int = 61
  ) -> JPEGFixture {
    JPEGFixture(
      width: width, height: height, kind: kind, sampling: sampling, progressive: scans == nil,
      restartRows: restartRows, scans: scans,
      pixel: { x, y in
        let noise = Pattern.noise(x, y)
        let channels = kind == FIXTURE_GREY ? 1 : kind == FIXTURE_YCC || kind == FIXTURE_RGB ? 3 : 4
        return (0..<channels).map { noise[$0 % 3] / 2 &+ UInt8(truncatingIfNeeded: x + y * $0) }
      })
  }

  static let fixtures: [JPEGFixture] = {
    let samplings = [(1, 1), (2, 1), (1, 2), (2, 2), (4, 1), (4, 2)]
    let scripts = [
      nil, ScanScript.bands(components: 3), .bits(components: 3), .oneByOne(components: 3),
      .unfinished(components: 3),
    ]
    let inks = [nil, ScanScript.bits(components: 4)].flatMap { scans in
      [FIXTURE_CMYK, FIXTURE_YCCK].map { fixture($0, (2, 2), scans) }
    }
    return samplings.flatMap { sampling in scripts.map { fixture(FIXTURE_YCC, sampling, $0) } }
      + inks
      + [
        fixture(FIXTURE_RGB), fixture(FIXTURE_GREY), fixture(FIXTURE_GREY, (2, 2)),
        fixture(FIXTURE_GREY, (1, 1), .bits(components: 1)),
        fixture(FIXTURE_YCC, (2, 2), restartRows: 1),
        fixture(FIXTURE_YCC, (2, 1), .bits(components: 3), restartRows: 2),
        fixture(FIXTURE_YCC, (2, 2), width: 1, height: 1),
        fixture(FIXTURE_YCC, (2, 2), width: 8, height: 200),
      ]
  }()

  @Test(arguments: fixtures, scales)
  func `change no pixel`(fixture: JPEGFixture, eighths: Int) {
    let bytes = fixture.encoded()
    let reference = JPEGReading(bytes, eighths: eighths, allScans: true)
    #expect(reference.status == CODEC_OK && reference.warnings == 0 && !reference.rows.isEmpty)
    #expect(JPEGReading(bytes, eighths: eighths, allScans: false) == reference)
  }

  /// Noise, so that every scan has something to say; libjpeg's scans, with chroma at half the scale.
  static let bytes = fixture(FIXTURE_YCC, (2, 2), width: 128, height: 96).encoded()
  static let whole = JPEGReading(bytes, eighths: 1, allScans: true)
  /// The coded data of each scan.
  static let codedData: [Range<Int>] = {
    let headers = bytes.ranges(of: [0xFF, 0xDA]).map(\.lowerBound)
    return headers.map { header in
      let start = header + 2 + Int(bytes[header + 3])
      let end = bytes[start...].indices.first {
        bytes[$0] == 0xFF && bytes[$0 + 1] != 0
      }
      return start..<(end ?? bytes.count)
    }
  }()
  /// In libjpeg's script: luma 1-5 and 6-63, and their two refinements. The others are DC's and chroma's.
  static let unneeded: Set = [1, 4, 5, 9]

  /// With a scan's coded data overwritten by what is no end of any code.
  static func breaking(_ scan: Int) -> [UInt8] {
    var broken = bytes
    for index in codedData[scan].dropFirst(2).dropLast(2) { broken[index] = 0x55 }
    return broken
  }

  @Test(arguments: codedData.indices)
  func `aren't looked into, all others are`(scan: Int) {
    let broken = Self.breaking(scan)
    let reading = JPEGReading(broken, eighths: 1, allScans: false)
    if Self.unneeded.contains(scan) {
      #expect(reading == Self.whole)
      // Also where libjpeg guesses what is lost: nothing of it shows.
      let reference = JPEGReading(broken, eighths: 1, allScans: true, lenient: true)
      #expect(reference.rows == Self.whole.rows)
    } else {
      #expect(reading == JPEGReading(broken, eighths: 1, allScans: true))
    }
    for eighths in [2, 4, 8] {
      #expect(
        JPEGReading(broken, eighths: eighths, allScans: false)
          == JPEGReading(broken, eighths: eighths, allScans: true))
    }
  }

  @Test(arguments: [false, true])
  func `don't hide that the file was cut`(lenient: Bool) {
    for length in stride(from: Self.codedData[0].lowerBound, to: Self.bytes.count - 4, by: 53) {
      let cut = Array(Self.bytes.prefix(length))
      let reading = JPEGReading(cut, eighths: 1, allScans: false, lenient: lenient)
      #expect(reading == JPEGReading(cut, eighths: 1, allScans: true, lenient: lenient))
      #expect(lenient || reading.status == CODEC_TRUNCATED)
    }
  }

  @Test func `are missed when they are missing`() {
    let headers = Self.codedData.map { $0.lowerBound - 10 }
    for scan in Self.codedData.indices.dropFirst() {
      // Up to a scan, and an end marker as if that were all: the later ones are refinements, or bands.
      let short = Array(Self.bytes[..<headers[scan]]) + [0xFF, 0xD9]
      let reading = JPEGReading(short, eighths: 1, allScans: false)
      #expect(reading == JPEGReading(short, eighths: 1, allScans: true))
    }
  }

  @Test func `count all the same`() {
    let count = Self.codedData.count
    for limit in 1...count {
      let reading = JPEGReading(Self.bytes, eighths: 1, allScans: false, maxScans: limit)
      #expect((reading.status == CODEC_TOO_MANY_SCANS) == (limit < count))
    }
  }

  @Test(arguments: 0..<8)
  func `change nothing about a damaged file but its damage`(seed: Int) {
    var random = SeededRandom(UInt64(seed))
    for round in 0..<100 {
      var damaged = Self.bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        damaged[Int.random(in: 2..<damaged.count, using: &random)] ^=
          1 << UInt8.random(in: 0...7, using: &random)
      }
      let lenient = round % 2 == 0
      let reading = JPEGReading(damaged, eighths: 1, allScans: false, lenient: lenient)
      let reference = JPEGReading(damaged, eighths: 1, allScans: true, lenient: lenient)
      Self.check(reading, reference)
    }
  }

  /// Damage where nothing needs it may go unseen; nothing else may differ.
  static func check(_ reading: JPEGReading, _ reference: JPEGReading) {
    if reference.status == CODEC_OK {
      #expect(reading.status == CODEC_OK && reading.rows == reference.rows)
      #expect(reading.warnings <= reference.warnings)
    } else if reading.status != CODEC_OK {
      #expect(reference.status != CODEC_OK)
    }
  }
}
