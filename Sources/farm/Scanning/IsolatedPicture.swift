import Thumbnails
import WorkerFarm

/// As ``ScannedPicture``, for workers without any access to files.
struct IsolatedPicture: Job {
  let source: BytePath
  /// nil for a directory that couldn't be read.
  let job: IsolatedThumbnailJob?
  private let reason: String

  static var jobName: String { IsolatedThumbnailJob.jobName }

  /// - Parameter isNamed: whether a person named the path, which then may be a link.
  init(_ picture: ScannedPicture, isNamed: (BytePath) -> Bool) {
    source = picture.source
    switch picture {
    case .picture(let job):
      self.job = IsolatedThumbnailJob(job, followsLink: isNamed(job.source))
      reason = ""
    case .unreadable(_, let reason):
      job = nil
      self.reason = reason
    }
  }

  func run() throws -> IsolatedThumbnailJob.Output { try isolated().run() }

  func encode(into writer: inout ByteWriter) throws { try isolated().encode(into: &writer) }

  init(decoding reader: inout ByteReader) throws {
    job = try IsolatedThumbnailJob(decoding: &reader)
    source = BytePath("")
    reason = ""
  }

  static func encode(_ output: IsolatedThumbnailJob.Output, into writer: inout ByteWriter) {
    IsolatedThumbnailJob.encode(output, into: &writer)
  }

  static func decodeOutput(_ reader: inout ByteReader) throws -> IsolatedThumbnailJob.Output {
    try IsolatedThumbnailJob.decodeOutput(&reader)
  }

  private func isolated() throws -> IsolatedThumbnailJob {
    guard let job else { throw ScannedPicture.Unreadable(description: reason) }
    return job
  }
}
