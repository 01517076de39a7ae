import Glibc
import Synchronization
public import WorkerFarm

/// As ``ThumbnailJob``, for workers without any access to files (`SandboxPolicy.bytesOnly`).
///
/// The coordinator's side opens and reads the picture when the job is encoded, on the thread that takes the
/// outcomes, and there ``finish(_:)`` writes the thumbnails. A worker sees bytes and settings, and no path. The pool's
/// window in bytes bounds how many pictures are held at once.
public struct IsolatedThumbnailJob: Job {
  /// What is to be done, as for workers that open files.
  public let job: ThumbnailJob
  private let followsLink: Bool
  /// Kept on the coordinator's side between the encoding and the finish.
  private let notes = Notes()
  /// On the worker's side.
  private let picture: Picture?

  /// Larger files are refused: each lies in a frame, whole, at both ends of the pipe.
  public static let maxByteCount = 512 << 20
  /// What the pool's `PoolConfiguration.frameLimit` has to be for that, in bytes.
  public static let frameLimit = maxByteCount + 1 << 20

  struct Picture {
    var bytes: [UInt8]
    var due: Set<Int>
  }

  private final class Notes: Sendable {
    enum Content: Sendable {
      case nothing
      case settled(ThumbnailJob.Result)
      case sent(files: [ThumbnailJob.File], modified: timespec, byteCount: Int)
    }

    let content = Mutex(Content.nothing)
  }

  /// What a worker makes of a picture.
  public enum Output: Sendable {
    /// Each in its variant's place, `nil` where none was due.
    case rendered([Thumbnail?])
    /// There are no thumbnails.
    case failed(ThumbnailJob.Failure)
  }

  /// There's nothing to send; ``finish(_:)`` knows why.
  struct Settled: Error, CustomStringConvertible {
    var description: String { "nothing has to be rendered" }
  }

  /// A job for one picture.
  ///
  /// - Parameters:
  ///   - job: what is to be done.
  ///   - followsLink: whether the source itself may be a symbolic link, as one that a person names.
  public init(_ job: ThumbnailJob, followsLink: Bool) {
    self.job = job
    self.followsLink = followsLink
    picture = nil
  }

  /// Renders the picture's bytes.
  ///
  /// - Throws: `MemoryDemand` where the picture needs more memory than the job may use now.
  public func run() throws(MemoryDemand) -> Output {
    guard let picture else { preconditionFailure("runs where it was decoded") }
    var thumbnails: [Thumbnail?] = []
    // The frame that it came in is held too, in a buffer of up to twice its size.
    let held = 2 * picture.bytes.count
    let result = try ThumbnailJob.settled {
      thumbnails = try job.thumbnails(of: picture.bytes, due: picture.due, held: held)
      return .upToDate([])
    }
    if case .failed(let failure) = result { return .failed(failure) }
    return .rendered(thumbnails)
  }

  // MARK: The coordinator's side

  /// Writes the thumbnails that a worker made. For a job that was encoded, on whichever thread may wait for a disk.
  ///
  /// - Parameter result: the job's.
  /// - Returns: nil if the pool failed to do the job, and says why itself.
  public func finish(_ result: Result<Output, JobFailure>) -> ThumbnailJob.Result? {
    switch (notes.content.withLock { $0 }, result) {
    case (.settled(let settled), .failure(.unencodableInput)): return settled
    case (.sent(let files, let modified, let byteCount), .success(.rendered(let thumbnails))):
      return Self.settledWithoutMemory {
        try job.place(thumbnails, among: files, modified: modified, sourceByteCount: byteCount)
      }
    case (_, .success(.failed(let failure))): return .failed(failure)
    default: return nil
    }
  }

  /// Reads the picture and writes it down for a worker, or throws if there's nothing to render.
  func encodePicture(into writer: inout ByteWriter) throws {
    let settled = Self.settledWithoutMemory {
      job.finishReplacing()
      let file = try SourceFile(job.source, followsLink: followsLink)
      switch try job.look(at: file) {
      case .settled(let result): return result
      case .due(let due, of: let files):
        guard file.byteCount <= Self.maxByteCount else {
          throw SourceFault.tooLarge(file.byteCount, most: Self.maxByteCount)
        }
        let bytes = try file.contents()
        if let refusal = job.refusal(of: bytes) { return refusal }
        notes.content.withLock {
          $0 = .sent(files: files, modified: file.modified, byteCount: bytes.count)
        }
        try encode(Picture(bytes: bytes, due: due), into: &writer)
        return nil
      }
    }
    guard let settled else { return }
    notes.content.withLock { $0 = .settled(settled) }
    throw Settled()
  }

  init(job: ThumbnailJob, picture: Picture) {
    self.job = job
    followsLink = false
    self.picture = picture
  }

  /// Nobody claims memory on this side.
  private static func settledWithoutMemory(
    _ body: () throws -> ThumbnailJob.Result?
  ) -> ThumbnailJob.Result? {
    var isOpen = false
    let result = try? ThumbnailJob.settled {
      if let result = try body() { return result }
      isOpen = true
      return .upToDate([])
    }
    return isOpen ? nil : result
  }
}
