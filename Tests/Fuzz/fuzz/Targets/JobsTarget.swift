import WorkerFarm

@testable import Thumbnails

extension FuzzTarget {
  /// A thumbnail job's input and its result as they travel: decoded, encoded and decoded again they are the
  /// same, and a ``Thumbnailer`` can be made of whatever options come in.
  static let jobs = FuzzTarget("jobs", seeds: JobSeeds.all) { bytes, choices in
    if choices.flag() { checkResult(bytes) } else { checkJob(bytes) }
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
