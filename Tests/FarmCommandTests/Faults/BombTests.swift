import CPictureFixtures
import Glibc
import Testing
import Thumbnails

/// Row I10: small files that ask for much. They're refused by their headers, or cost no more than others.
@Suite struct BombTests {
  enum Bomb: String, CaseIterable, CustomTestStringConvertible {
    case hugeJPEG, hugePNG, manyScans, textOf300Megabytes, profileOf300Megabytes, manyTexts

    var testDescription: String { rawValue }

    /// What is said of it; nil if its picture is sound, and made.
    var reason: String? {
      switch self {
      case .hugeJPEG: "too large: 65500x65500"
      case .hugePNG: "too large: 20000x20000"
      case .manyScans: "scans"
      case .textOf300Megabytes, .manyTexts, .profileOf300Megabytes: nil
      }
    }

    var bytes: [UInt8] {
      switch self {
      case .hugeJPEG: Self.withHugeHeader(Pictures.jpeg(600, 600))
      case .hugePNG: Self.png(20_000, 20_000, [])
      case .manyScans: Self.repeatingScan(Pictures.jpeg(64, 64, isProgressive: true), 500)
      case .textOf300Megabytes: Self.inserting([chunk("zTXt", "bomb\0\0", Self.megabytes(300))])
      case .profileOf300Megabytes:
        Self.inserting([chunk("iCCP", "bomb\0\0", Self.megabytes(300))])
      case .manyTexts:
        Self.inserting(
          repeatElement(chunk("tEXt", "Comment\0text of no interest", []), count: 200_000))
      }
    }

    private func chunk(_ type: String, _ start: String, _ rest: [UInt8]) -> [UInt8] {
      Self.chunk(type, Array(start.utf8) + rest)
    }

    private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
      let body = Array(type.utf8) + data
      return bigEndian(data.count) + body + bigEndian(Int(fixture_checksum(body, body.count)))
    }

    private static func bigEndian(_ number: Int) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
    }

    /// So many megabytes of zeros as a zlib stream.
    private static func megabytes(_ count: Int) -> [UInt8] {
      let zeros = [UInt8](repeating: 0, count: count << 20)
      var packed = 0
      let bytes = fixture_deflate(zeros, zeros.count, &packed)
      defer { free(bytes) }
      return Array(UnsafeBufferPointer(start: bytes, count: packed))
    }

    private static func png(_ width: Int, _ height: Int, _ data: [UInt8]) -> [UInt8] {
      [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        + chunk("IHDR", bigEndian(width) + bigEndian(height) + [8, 2, 0, 0, 0])
        + chunk("IDAT", data.isEmpty ? megabytes(64) : data) + chunk("IEND", [])
    }

    /// A sound PNG with chunks behind its header.
    private static func inserting(_ chunks: some Sequence<[UInt8]>) -> [UInt8] {
      let picture = Pictures.png()
      let afterHeader = 8 + 25
      return Array(picture[..<afterHeader] + chunks.joined() + picture[afterHeader...])
    }

    private static func withHugeHeader(_ picture: [UInt8]) -> [UInt8] {
      var bytes = picture
      guard let at = bytes.ranges(of: [0xFF, 0xC0]).first?.lowerBound else { return [] }
      // Behind the marker: length, precision, then height and width.
      bytes.replaceSubrange(at + 5..<at + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
      return bytes
    }

    /// Tells the first scan, of all components' DC, again and again: each is decoded in full.
    private static func repeatingScan(_ picture: [UInt8], _ count: Int) -> [UInt8] {
      guard let first = picture.ranges(of: [0xFF, 0xDA]).first?.lowerBound else { return [] }
      let afterHeader = first + 2 + Int(picture[first + 3])
      // A marker ends it; in its data 0xFF is followed by a zero.
      let end = (afterHeader..<picture.count - 1).first {
        picture[$0] == 0xFF && picture[$0 + 1] != 0
      }
      guard let end else { return [] }
      var scan = Array(picture[first..<end])
      // All bits at once: said again, that's no contradiction.
      scan[afterHeader - first - 1] = 0
      return Array(picture[..<first] + repeatElement(scan, count: count).joined() + [0xFF, 0xD9])
    }
  }

  /// Resident, of a worker in a debug build: itself some 45 MB.
  private static let mostMemory = 150 << 20

  @Test(.needsShim, arguments: Bomb.allCases) func `I10 a bomb is refused or made within limits`(
    bomb: Bomb
  ) throws {
    let bytes = bomb.bytes
    #expect(bytes.count < 9_000_000)
    let tree = FaultTree(0, options: ["-j1"])
    tree.add("00.jpg", Pictures.jpeg())
    tree.add("01-bomb", bytes)
    tree.add("02.jpg", Pictures.jpeg(seed: 2))
    // Its worker sleeps then, and can be asked what it took.
    tree.add("poison-sleep.jpg", Pictures.jpeg(seed: 3))
    let running = tree.start(environment: Shim.environment())
    #expect(eventually { running.outputSoFar.contains("02.jpg") || running.hasEnded })
    let most = running.workers.compactMap(Processes.peakMemory).max() ?? 0
    running.send(SIGTERM)
    running.send(SIGINT)
    let run = running.wait()
    try tree.check(run)
    #expect(try run.pictures.map(\.source).contains(tree.source("02.jpg")), "\(run)")
    let failures = try run.failures
    #expect(failures.keys.sorted() == (bomb.reason == nil ? [] : ["01-bomb"]), "\(run.errorText)")
    if let reason = bomb.reason {
      #expect(failures["01-bomb"]?.error?.message.contains(reason) == true, "\(run.errorText)")
    }
    #expect(failures.values.allSatisfy { $0.attempts == 1 && $0.error?.kind != "crashed" })
    #expect(most > 1 << 20 && most < Self.mostMemory, "\(most) bytes were resident")
  }
}
