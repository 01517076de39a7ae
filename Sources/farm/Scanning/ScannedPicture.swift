import Thumbnails
import WorkerFarm

/// What the walk hands to the pool: a picture, or a directory that couldn't be read, which takes its turn
/// among the pictures but needs no worker.
enum ScannedPicture: Job {
  case picture(ThumbnailJob)
  case unreadable(BytePath, String)

  var source: BytePath {
    switch self {
    case .picture(let job): job.source
    case .unreadable(let path, _): path
    }
  }

  static var jobName: String { ThumbnailJob.jobName }

  /// Why there's nothing to send.
  struct Unreadable: Error, CustomStringConvertible {
    let description: String
  }

  func run() throws -> ThumbnailJob.Result {
    switch self {
    case .picture(let job): try job.run()
    case .unreadable(_, let reason): throw Unreadable(description: reason)
    }
  }

  func encode(into writer: inout ByteWriter) throws {
    switch self {
    case .picture(let job): try job.encode(into: &writer)
    case .unreadable(_, let reason): throw Unreadable(description: reason)
    }
  }

  init(decoding reader: inout ByteReader) throws {
    self = .picture(try ThumbnailJob(decoding: &reader))
  }

  static func encode(_ output: ThumbnailJob.Result, into writer: inout ByteWriter) {
    ThumbnailJob.encode(output, into: &writer)
  }

  static func decodeOutput(_ reader: inout ByteReader) throws -> ThumbnailJob.Result {
    try ThumbnailJob.decodeOutput(&reader)
  }
}
