import Thumbnails
import WorkerFarm

/// What a stage does, and what it needs for that.
struct StageWork {
  private let stage: Stage
  private let thumbnailer: Thumbnailer
  /// Of the stage's kind.
  private var pictures: [[UInt8]] = []
  private var pixels: [ThumbnailPixels] = []
  private var jobs: [ThumbnailJob] = []
  /// Of some of the jobs.
  private var results: [ThumbnailJob.Result] = []

  /// As large as a picture of the article's.
  private static let resized = (width: 1600, height: 1200)
  private static let box = 256
  /// One record takes too little to be counted.
  private static let records = 100

  init(_ stage: Stage, directory: String, names: [String], output: String) throws {
    self.stage = stage
    let size = ThumbnailSize(stage == .jpegTo75 ? "75" : "\(Self.box)") ?? .standard
    thumbnailer = Thumbnailer(options: ThumbnailOptions(size: size))
    switch stage {
    case .file, .record:
      jobs = names.map { name in
        ThumbnailJob(
          source: BytePath("\(directory)/\(name)"), stem: BytePath("\(output)/\(name)"),
          options: thumbnailer.options, mode: .force)
      }
      if stage == .record { results = try jobs.prefix(1).map { try $0.run() } }
    case .resizeAcross, .resizeDown: break
    default:
      for name in names {
        let bytes = try PictureFiles.contents("\(directory)/\(name)")
        let info = try bytes.withUnsafeBytes { try thumbnailer.sourceInfo(of: $0) }
        if takes(info) { pictures.append(bytes) }
      }
      if stage == .encodeJPEG || stage == .encodePNG {
        pixels = try pictures.map { try $0.withUnsafeBytes(thumbnailer.pixels) }
      }
    }
  }

  var isPossible: Bool {
    switch stage {
    case .resizeAcross, .resizeDown: true
    case .file, .record: !jobs.isEmpty
    default: !pictures.isEmpty
    }
  }

  private func takes(_ info: SourceInfo) -> Bool {
    switch stage {
    case .pngTo256, .decodePNG, .encodePNG: info.format == .png
    case .progressiveTo256, .decodeProgressive: info.format == .jpeg && info.isProgressive
    default: info.format == .jpeg && !info.isProgressive
    }
  }

  func once(_ round: Int) throws {
    let (width, height) = Self.resized
    switch stage {
    case .jpegTo256, .jpegTo75, .progressiveTo256, .pngTo256:
      for bytes in pictures { _ = try thumbnailer.thumbnail(of: bytes) }
    case .decodeJPEG, .decodeProgressive, .decodePNG:
      for bytes in pictures { try bytes.withUnsafeBytes(thumbnailer.decode) }
    case .resizeAcross:
      try Thumbnailer.resize(width: width, height: height, toWidth: Self.box, toHeight: height)
    case .resizeDown:
      try Thumbnailer.resize(width: Self.box, height: width, toWidth: Self.box, toHeight: Self.box)
    case .encodeJPEG, .encodePNG:
      let format: EncodedFormat = stage == .encodeJPEG ? .jpeg : .png
      for pixels in pixels { try pixels.encode(as: format, options: thumbnailer.options) }
    case .file:
      for var job in jobs {
        // A new file each time: replacing one is another story.
        job.stem = BytePath(job.stem.bytes + Array(".\(round)".utf8))
        if case .made = try job.run() {} else { throw StageFailed() }
      }
    case .record:
      for (job, result) in zip(jobs, results) { try travel(job, result) }
    }
  }

  /// To a worker and back.
  private func travel(_ job: ThumbnailJob, _ result: ThumbnailJob.Result) throws {
    for _ in 0..<Self.records {
      var there = ByteWriter()
      try job.encode(into: &there)
      try there.bytes.withUnsafeBytes { bytes in
        var reader = ByteReader(bytes)
        _ = try ThumbnailJob(decoding: &reader)
      }
      var back = ByteWriter()
      ThumbnailJob.encode(result, into: &back)
      try back.bytes.withUnsafeBytes { bytes in
        var reader = ByteReader(bytes)
        _ = try ThumbnailJob.decodeOutput(&reader)
      }
    }
  }
}

private struct StageFailed: Error {}
