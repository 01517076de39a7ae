import WorkerFarm

@testable import Thumbnails

extension FuzzTarget {
  /// A thumbnail job's input and its result as they travel: decoded, encoded and decoded again they are the
  /// same, and a ``Thumbnailer`` can be made of whatever options come in.
  static let jobs = FuzzTarget("jobs", seeds: JobSeeds.all) { bytes, choices in
    switch choices.below(4) {
    case 0: checkJob(bytes)
    case 1: checkResult(bytes)
    case 2: checkPicture(bytes)
    default: checkThumbnails(bytes)
    }
  }

  private static func checkJob(_ bytes: UnsafeRawBufferPointer) {
    var reader = ByteReader(bytes)
    guard let job = try? ThumbnailJob(decoding: &reader) else { return }
    let written = encoded(job)
    let again = written.withUnsafeBytes { raw in
      var reader = ByteReader(raw)
      return (try? ThumbnailJob(decoding: &reader)).map(encoded)
    }
    require(again == written, "a job reads as another one")
    _ = Thumbnailer(options: job.options)
    let picture = PixelSize(width: 4000, height: 3000)
    for size in job.options.sizes {
      let frame = job.options.framing.frame(for: picture, box: size)
      require(frame.finalSize.width > 0 && frame.finalSize.height > 0, "an empty frame")
    }
  }

  private static func encoded(_ job: ThumbnailJob) -> [UInt8] {
    var writer = ByteWriter()
    try? job.encode(into: &writer)
    return writer.bytes
  }

  /// A job that brings its picture along is only decoded: what it was made of isn't in it any more.
  private static func checkPicture(_ bytes: UnsafeRawBufferPointer) {
    var reader = ByteReader(bytes)
    guard let isolated = try? IsolatedThumbnailJob(decoding: &reader) else { return }
    _ = Thumbnailer(options: isolated.job.options)
  }

  private static func checkThumbnails(_ bytes: UnsafeRawBufferPointer) {
    let written = rewritten(bytes)
    let again = written.flatMap { $0.withUnsafeBytes(rewritten) }
    require(again == written, "thumbnails that read as others")
  }

  private static func rewritten(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
    var reader = ByteReader(bytes)
    guard let output = try? IsolatedThumbnailJob.decodeOutput(&reader) else { return nil }
    var writer = ByteWriter()
    IsolatedThumbnailJob.encode(output, into: &writer)
    return writer.bytes
  }

  private static func checkResult(_ bytes: UnsafeRawBufferPointer) {
    var reader = ByteReader(bytes)
    guard let result = try? ThumbnailJob.decodeOutput(&reader) else { return }
    var writer = ByteWriter()
    ThumbnailJob.encode(result, into: &writer)
    let again = writer.bytes.withUnsafeBytes { raw in
      var reader = ByteReader(raw)
      return try? ThumbnailJob.decodeOutput(&reader)
    }
    require(again == result, "\(result) reads as \(String(describing: again))")
  }
}
