import Testing
import WorkerFarm

@testable import Thumbnails

@Suite("Job")
struct ThumbnailJobTests {
  /// Nothing is as by default, and the memory as long as it gets.
  static let unusual: ThumbnailOptions = {
    var options = ThumbnailOptions(
      size: ThumbnailSize("65500x65500")!, fit: .cover, gravity: .southwest, enlarge: true,
      quality: 100, subsampling: .yuv444, progressive: true,
      background: RGBColor(red: 1, green: 2, blue: 3), format: .jpeg,
      placeholders: Set(Placeholder.allCases), maxPixels: 5, maxScans: 6, maxDecoderBytes: 7,
      lenient: true, icc: .strip, keep: Set(KeptMetadata.allCases), usePreview: true)
    options.sizes.append(ThumbnailSize("3x4")!)
    return options
  }()

  static func encoded(_ job: ThumbnailJob) throws -> [UInt8] {
    var writer = ByteWriter()
    try job.encode(into: &writer)
    return writer.bytes
  }

  static func decoded(_ bytes: [UInt8]) throws -> ThumbnailJob {
    try bytes.withUnsafeBytes { raw in
      var reader = ByteReader(raw)
      return try ThumbnailJob(decoding: &reader)
    }
  }

  static func job(_ options: ThumbnailOptions) throws -> ThumbnailJob {
    ThumbnailJob(
      source: BytePath([0x2F, 0xFF]), stem: BytePath("/out/a"), options: options,
      variants: try ThumbnailVariant.all(sizes: options.sizes), mode: .force)
  }

  @Test(arguments: [unusual, ThumbnailOptions(size: .standard)])
  func `travels with all of its options`(options: ThumbnailOptions) throws {
    var job = try Self.job(options)
    job.quarantined = [ContentDigest(of: [1]), ContentDigest(of: [2])]
    let arrived = try Self.decoded(Self.encoded(job))
    #expect(arrived.quarantined == job.quarantined)
    #expect(arrived.options == options)
    #expect(arrived.variants == job.variants && arrived.mode == job.mode)
    #expect(arrived.source == job.source && arrived.stem == job.stem)
  }

  @Test func `of which a part is missing is refused`() throws {
    var job = try Self.job(Self.unusual)
    job.quarantined = [ContentDigest(of: [1])]
    let bytes = try Self.encoded(job)
    for length in 0..<bytes.count {
      #expect(throws: (any Error).self) { try Self.decoded(Array(bytes.prefix(length))) }
    }
  }

  @Test func `with options that make no sense is refused`() throws {
    var wrong = Self.unusual
    wrong.quality = 0
    #expect(throws: ThumbnailJob.Malformed.self) {
      try Self.decoded(Self.encoded(Self.job(wrong)))
    }
    wrong = Self.unusual
    wrong.sizes = [ThumbnailSize("x5")!]
    #expect(throws: ThumbnailJob.Malformed.self) {
      try Self.decoded(Self.encoded(Self.job(wrong)))
    }
  }

  @Test func `gives results that travel`() throws {
    let made = ThumbnailJob.File(
      state: .made, box: ThumbnailSize("9x")!, path: BytePath([0x2F, 0xFE]), format: .png,
      size: ThumbnailJob.PixelDimensions(width: 1, height: 2), byteCount: 3,
      placeholders: PlaceholderValues(thumbhash: "ab/=", dominantColor: .white))
    let due = ThumbnailJob.File(state: .due, box: .standard)
    let results: [ThumbnailJob.Result] = [
      .made(
        ThumbnailJob.Made(
          files: [made, due], sourceWidth: 4, sourceHeight: 5, sourceByteCount: 6, warnings: 7,
          usedPreview: true)),
      .upToDate([made]), .due([due, made]),
      .failed(ThumbnailJob.Failure(kind: "corrupt", message: "because")),
      .quarantined(ContentDigest(of: [1, 2, 3])),
    ]
    for result in results {
      var writer = ByteWriter()
      ThumbnailJob.encode(result, into: &writer)
      let arrived = try writer.bytes.withUnsafeBytes { raw in
        var reader = ByteReader(raw)
        return try ThumbnailJob.decodeOutput(&reader)
      }
      #expect(arrived == result)
    }
  }

  @Test func `with too many contents in quarantine is cut, or refused`() throws {
    var job = try Self.job(ThumbnailOptions(size: .standard))
    job.quarantined = (0...ThumbnailJob.mostQuarantined).map {
      ContentDigest(of: [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)])
    }
    var bytes = try Self.encoded(job)
    #expect(try Self.decoded(bytes).quarantined.count == ThumbnailJob.mostQuarantined)
    // The count, little-endian, before the digests at the end.
    let place = bytes.count - ThumbnailJob.mostQuarantined * ContentDigest.byteCount - 2
    bytes[place] = 1
    #expect(throws: ThumbnailJob.Malformed.self) { try Self.decoded(bytes) }
  }

  // MARK: What a thumbnail remembers

  @Test func `has a memory that fits, with the longest placeholders`() throws {
    let memory = try #require(
      Self.unusual.memory(of: Self.unusual.size, sourceByteCount: SourceFile.maxByteCount))
    let thumbhash = String(repeating: "x", count: 36)  // 25 bytes in base64
    let values = PlaceholderValues(thumbhash: thumbhash, dominantColor: .white)
    let whole = try #require(memory.appending(values, asked: Self.unusual.placeholders))
    #expect(whole.placeholders(after: memory, asked: Self.unusual.placeholders) == values)
  }

  @Test func `remembers whatever changes a thumbnail`() throws {
    let changes: [(inout ThumbnailOptions) -> Void] = [
      { $0.sizes[0] = ThumbnailSize("3x4")! }, { $0.fit = .exact }, { $0.gravity = .north },
      { $0.enlarge = false }, { $0.quality = 9 }, { $0.subsampling = .yuv420 },
      { $0.progressive = false }, { $0.background = .white }, { $0.format = .png },
      { $0.lenient = false }, { $0.icc = .keep }, { $0.keep = [.exif] }, { $0.keep = [] },
      { $0.usePreview = false }, { _ in },
    ]
    var seen: Set<ThumbnailTag?> = [nil]
    for change in changes {
      var options = Self.unusual
      change(&options)
      #expect(seen.insert(options.memory(of: options.size, sourceByteCount: 5)).inserted)
    }
    #expect(seen.insert(Self.unusual.memory(of: Self.unusual.size, sourceByteCount: 6)).inserted)
  }

  @Test func `knows placeholders only if all that are asked for are there`() throws {
    let memory = ThumbnailTag("farm/1 5")!
    let none = ThumbnailTag("farm/1 5 color=none")!
    #expect(none.placeholders(after: memory, asked: [.dominantColor]) == PlaceholderValues())
    #expect(none.placeholders(after: memory, asked: []) == PlaceholderValues())
    #expect(none.placeholders(after: memory, asked: [.thumbhash]) == nil)
    #expect(memory.placeholders(after: memory, asked: [.dominantColor]) == nil)
    #expect(ThumbnailTag("farm/1 55")!.placeholders(after: memory, asked: []) == nil)
    #expect(none.placeholders(after: none, asked: []) == PlaceholderValues())
  }
}
