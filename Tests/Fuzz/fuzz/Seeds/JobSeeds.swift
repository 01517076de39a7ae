import WorkerFarm

@testable import Thumbnails

enum JobSeeds {
  static func all() -> [[UInt8]] {
    jobs().map { $0 + FrameSeeds.choices(0) } + results().map { $0 + FrameSeeds.choices(1) }
      + [picture + FrameSeeds.choices(2)] + outputs().map { $0 + FrameSeeds.choices(3) }
  }

  private static func jobs() -> [[UInt8]] {
    var options = ThumbnailOptions(size: .standard)
    let plain = ThumbnailJob(
      source: BytePath(Array("in/a.jpg".utf8)), stem: BytePath(Array("out/a.jpg".utf8)),
      options: options)
    options.keep = [.exif, .gps]
    options.placeholders = [.thumbhash, .dominantColor]
    options.fit = .cover
    options.gravity = .smart
    let variants = [
      ThumbnailVariant(size: .standard, suffix: ".256"),
      ThumbnailVariant(size: ThumbnailSize("640x480") ?? .standard, suffix: ".640x480"),
    ]
    var rich = ThumbnailJob(
      source: plain.source, stem: plain.stem, options: options, variants: variants, mode: .ask)
    rich.quarantined = [ContentDigest(of: [1]), ContentDigest(of: [2])]
    return [plain, rich].map { job in
      var writer = ByteWriter()
      try? job.encode(into: &writer)
      return writer.bytes
    }
  }

  private static var picture: [UInt8] {
    let job = ThumbnailJob(
      source: BytePath(""), stem: BytePath(""), options: ThumbnailOptions(size: .standard))
    var writer = ByteWriter()
    try? job.encode(into: &writer)
    writer.write(UInt8(1))
    writer.write(bytes: [0xFF, 0xD8, 0xFF, 0xD9])
    return writer.bytes
  }

  private static func outputs() -> [[UInt8]] {
    let thumbnail = PictureSeeds.jpegs().first.flatMap {
      try? Thumbnailer(options: ThumbnailOptions(size: .standard)).thumbnail(of: $0)
    }
    let failure = ThumbnailJob.Failure(kind: "corrupt", message: "no picture")
    return [.rendered([thumbnail, nil]), .failed(failure)].map {
      (output: IsolatedThumbnailJob.Output) in
      var writer = ByteWriter()
      IsolatedThumbnailJob.encode(output, into: &writer)
      return writer.bytes
    }
  }

  private static func results() -> [[UInt8]] {
    var file = ThumbnailJob.File(
      state: .made, box: .standard, path: BytePath(Array("a.jpg".utf8)), format: .jpeg,
      size: ThumbnailJob.PixelDimensions(width: 256, height: 192), byteCount: 4321)
    file.placeholders = PlaceholderValues(
      thumbhash: "1QcSHQRnh493V4dIh4eXh1h4kJUI", dominantColor: .white)
    let made = ThumbnailJob.Made(
      files: [file], sourceWidth: 4000, sourceHeight: 3000, sourceByteCount: 2_000_000,
      warnings: 1, usedPreview: true)
    let due = ThumbnailJob.File(state: .due, box: .standard)
    let failure = ThumbnailJob.Failure(kind: "truncated", message: "3 of 4 rows")
    let results: [ThumbnailJob.Result] = [
      .made(made), .due([due, due]), .upToDate([file]), .failed(failure),
      .quarantined(ContentDigest(of: [1])),
    ]
    return results.map { result in
      var writer = ByteWriter()
      ThumbnailJob.encode(result, into: &writer)
      return writer.bytes
    }
  }
}
