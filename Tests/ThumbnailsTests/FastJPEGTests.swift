import CPictureFixtures
import Testing

@testable import Thumbnails

@Suite("JPEGs that aren't decoded by libjpeg")
struct FastJPEGTests {
  /// Sharp edges, noise and flat parts: coefficients of all sizes, and blocks without any.
  private static let busy: @Sendable (Int, Int) -> [UInt8] = { x, y in
    if (x / 24 + y / 24) % 3 == 0 { return [200, 90, 30] }
    var random = SeededRandom(UInt64(y * 4096 + x))
    let noise = UInt8.random(in: 0...255, using: &random)
    return (x / 5 + y / 7) % 2 == 0 ? [noise, noise / 2, 255 - noise] : [noise, 255, 0]
  }

  static let usual: [JPEGFixture] = [(1, 1), (2, 1), (2, 2)].flatMap { sampling in
    [1, 7, 8, 16, 17, 31, 33, 100].flatMap { width in
      [10, 92, 100].map { quality in
        JPEGFixture(
          width: width, height: 1 + (width * 5 + quality) % 67, sampling: sampling,
          quality: quality,
          restartRows: width % 3, pixel: busy)
      }
    }
  }

  static let grey = [1, 8, 50, 99].map { side in
    JPEGFixture(
      width: side, height: 77 - side / 2, kind: FIXTURE_GREY,
      sampling: (side % 2 + 1, side % 3 + 1),
      pixel: { x, y in [busy(x, y)[0]] })
  }

  /// Two ways to decode a file, or three, must agree.
  private func compare(_ bytes: [UInt8], eighths: Int, lenient: Bool = false)
    -> fixture_paths_result
  {
    var difference = [CChar](repeating: 0, count: 256)
    let result = fixture_jpeg_paths(
      bytes, bytes.count, UInt32(eighths), lenient, &difference, difference.count)
    if result == FIXTURE_PATHS_DIFFER {
      let text = String(
        decoding: difference.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      Issue.record("\(eighths)/8\(lenient ? ", leniently" : ""): \(text)")
    }
    return result
  }

  @Test("have the same pixels as by it", arguments: usual + grey)
  func equalPixels(_ fixture: JPEGFixture) {
    let bytes = fixture.encoded()
    for eighths in [1, 2, 4, 8] {
      let result = compare(bytes, eighths: eighths)
      let isSmallest = eighths <= 2 || (eighths == 4 && fixture.sampling != (2, 2))
      let isGrey = fixture.kind == FIXTURE_GREY
      #expect(
        (result == FIXTURE_PATHS_FAST) == (isSmallest || (isGrey && eighths == 4)), "\(eighths)/8")
    }
  }

  @Test("are none of an unusual kind", arguments: JPEGDecodingTests.colourFixtures)
  func unusualKinds(_ fixture: JPEGFixture) {
    for eighths in [1, 2, 4, 8] { _ = compare(fixture.encoded(), eighths: eighths) }
    let isUnusual =
      fixture.progressive || fixture.arithmetic || fixture.separateScans
      || fixture.kind == FIXTURE_RGB
      || ![1, 2].contains(fixture.sampling.0) || fixture.sampling.1 > fixture.sampling.0
    #expect((compare(fixture.encoded(), eighths: 1) == FIXTURE_PATHS_FAST) == !isUnusual)
  }

  @Test("that are cut off anywhere end as they do by it", arguments: [0, 1])
  func cutOff(restartRows: Int) {
    let bytes = JPEGFixture(
      width: 40, height: 40, sampling: (2, 2), quality: 60, restartRows: restartRows,
      pixel: Self.busy
    ).encoded()
    for length in 0..<bytes.count {
      for lenient in [false, true] {
        let result = compare(Array(bytes.prefix(length)), eighths: 1 + length % 2, lenient: lenient)
        #expect(result == FIXTURE_PATHS_LIBJPEG)
      }
    }
  }

  @Test("with a wrong bit anywhere end as they do by it", arguments: [(1, 1), (2, 1), (2, 2)])
  func wrongBits(sampling: (Int, Int)) {
    var random = SeededRandom(7)
    let bytes = JPEGFixture(
      width: 60, height: 44, sampling: sampling, quality: 85, restartRows: sampling.1,
      pixel: Self.busy
    ).encoded()
    var counts: [UInt32: Int] = [:]
    for _ in 0..<1500 {
      var wrong = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        wrong[Int.random(in: 2..<wrong.count, using: &random)] ^=
          1 << UInt8.random(in: 0...7, using: &random)
      }
      let eighths = [1, 2, 4].randomElement(using: &random)!
      counts[
        compare(wrong, eighths: eighths, lenient: Bool.random(using: &random)).rawValue, default: 0] +=
        1
    }
    // Else one of the two ways would not have been tried.
    #expect(counts[FIXTURE_PATHS_FAST.rawValue, default: 0] > 50)
    #expect(counts[FIXTURE_PATHS_LIBJPEG.rawValue, default: 0] > 50)
  }

  @Test(
    "whose quantisers make values overflow have the same pixels as by it",
    arguments: [(1, 1), (2, 2)])
  func overflow(sampling: (Int, Int)) throws {
    var bytes = JPEGFixture(
      width: 64, height: 64, sampling: sampling, quality: 100, pixel: Self.busy
    ).encoded()
    for marker in bytes.indices.dropLast(69)
    where bytes[marker...].starts(with: [0xFF, 0xDB, 0, 67]) {
      for index in (marker + 5)..<(marker + 69) { bytes[index] = UInt8(13 + (index * 37) % 240) }
    }
    for eighths in [1, 2] { #expect(compare(bytes, eighths: eighths) == FIXTURE_PATHS_FAST) }
    _ = compare(bytes, eighths: 4)
  }

  @Test("whose codes stand for nothing end as they do by it")
  func noSuchCode() throws {
    let bytes = JPEGFixture(kind: FIXTURE_GREY, pixel: { x, y in [Self.busy(x, y)[0]] }).encoded()
    let scan = try #require(bytes.indices.first { bytes[$0...].starts(with: [0xFF, 0xDA]) }) + 10
    // Of ones only, which no code is.
    let wrong = bytes[..<scan] + Array(repeating: [0xFF, 0], count: 60).joined() + [0xFF, 0xD9]
    for lenient in [false, true] {
      #expect(compare(Array(wrong), eighths: 1, lenient: lenient) == FIXTURE_PATHS_LIBJPEG)
    }
  }

  @Test("of the hostile set have the same pixels as by it", .enabled(if: Corpus.directory != nil))
  func hostile() throws {
    for row in Corpus.table("hostile.tsv") {
      let bytes = try Corpus.bytes("hostile/" + row[0])
      guard bytes.starts(with: [0xFF, 0xD8]), bytes.count < 50_000,
        let header = try? bytes.withUnsafeBytes({ try JPEGDecoder($0).header }),
        header.size.pixels < 1 << 20
      else { continue }
      _ = compare(bytes, eighths: 1, lenient: true)
      _ = compare(bytes, eighths: 2)
    }
  }
}
