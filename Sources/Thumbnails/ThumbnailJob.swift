import Glibc
public import WorkerFarm

/// One picture's way from its file to its thumbnail's file. The one file that knows the pool.
///
/// The job never throws: a picture that can't be done is a ``Result/failed(_:)``, a value like any other.
public struct ThumbnailJob: Job {
  /// What to do.
  public enum Mode: UInt8, Sendable {
    /// Make it unless it's up to date.
    case make
    /// Make it in any case.
    case force
    /// Only tell what ``make`` would do.
    case ask
  }

  public var source: BytePath
  /// Where the thumbnail goes, without the extension of its format, which is appended.
  public var stem: BytePath
  public var options: ThumbnailOptions
  public var mode: Mode

  /// - Parameter options: their tag is replaced by the one that remembers settings and source.
  public init(source: BytePath, stem: BytePath, options: ThumbnailOptions, mode: Mode = .make) {
    self.source = source
    self.stem = stem
    self.options = options
    self.mode = mode
  }

  /// What became of the picture.
  public enum Result: Hashable, Sendable {
    case made(Made)
    /// The thumbnail is there and right.
    case upToDate(path: BytePath, byteCount: Int)
    /// ``Mode/ask``: it would be made.
    case due
    case failed(Failure)
  }

  /// A thumbnail that was made.
  public struct Made: Hashable, Sendable {
    public var path: BytePath
    public var format: EncodedFormat
    /// In pixels.
    public var width: Int
    public var height: Int
    public var byteCount: Int
    /// The source's upright size in pixels.
    public var sourceWidth: Int
    public var sourceHeight: Int
    public var sourceByteCount: Int
    public var warnings: Int
  }

  /// Why there's no thumbnail.
  public struct Failure: Hashable, Sendable {
    /// A stable word: ``ThumbnailError/kind``, or `unreadable`, `notRegular`, `unwritable`, `diskFull`.
    public var kind: String
    /// For people.
    public var message: String
  }

  public func run() -> Result {
    do {
      let file = try SourceFile(source)
      return try run(file)
    } catch let fault as SourceFault {
      return .failed(Failure(fault))
    } catch let fault as FileFault {
      return .failed(Failure(kind: "unreadable", message: fault.description))
    } catch let error as ThumbnailError {
      return .failed(Failure(kind: error.kind, message: error.description))
    } catch let fault as OutputFault {
      return .failed(fault.failure)
    } catch {
      return .failed(Failure(kind: "unreadable", message: "\(error)"))
    }
  }

  private func run(_ file: borrowing SourceFile) throws -> Result {
    var options = options
    options.tag = tag(sourceByteCount: file.byteCount)
    let candidates = options.format.candidates
    if let tag = options.tag {
      let memory = ThumbnailMemory(stem: stem, tag: tag, modified: file.modified)
      if mode != .force, let current = memory.current(among: candidates) {
        let path = ThumbnailMemory.path(stem, current.format)
        return .upToDate(path: path, byteCount: current.byteCount)
      }
      if mode == .ask { return .due }
      let made = try make(file, options)
      memory.removeStale(except: made.format)
      return .made(made)
    }
    return mode == .ask ? .due : .made(try make(file, options))
  }

  private func make(_ file: borrowing SourceFile, _ options: ThumbnailOptions) throws -> Made {
    // Before the whole file is read: it may be a film.
    let head = try file.head()
    try Thumbnailer.check(head)
    let bytes = try file.contents()
    let thumbnail = try Thumbnailer(options: options).thumbnail(of: bytes)
    let path = ThumbnailMemory.path(stem, thumbnail.format)
    do throws(FileFault) {
      try OutputFile.write(thumbnail.bytes, to: path, modified: file.modified)
    } catch {
      throw OutputFault(path: path, fault: error)
    }
    return Made(
      path: path, format: thumbnail.format, width: thumbnail.width, height: thumbnail.height,
      byteCount: thumbnail.bytes.count, sourceWidth: thumbnail.source.width,
      sourceHeight: thumbnail.source.height, sourceByteCount: bytes.count,
      warnings: thumbnail.warnings)
  }

  /// What a thumbnail of ours says about itself begins with this.
  static let tagPrefix = "farm/"

  /// Everything that decides the thumbnail's bytes and isn't in the source's.
  private func tag(sourceByteCount: Int) -> ThumbnailTag? {
    ThumbnailTag(
      "\(Self.tagPrefix)\(Thumbnailer.version) \(options.size) q\(options.quality)"
        + " \(options.format.rawValue) icc-\(options.icc.rawValue) \(sourceByteCount)")
  }
}

private struct OutputFault: Error {
  let path: BytePath
  let fault: FileFault

  var failure: ThumbnailJob.Failure {
    ThumbnailJob.Failure(
      kind: fault.isFullDevice ? "diskFull" : "unwritable",
      message: "can't write \(path): \(fault)")
  }
}

extension ThumbnailJob.Failure {
  fileprivate init(_ fault: SourceFault) {
    switch fault {
    case .file: kind = "unreadable"
    case .notRegular: kind = "notRegular"
    case .tooLarge: kind = "tooLarge"
    }
    message = fault.description
  }
}
