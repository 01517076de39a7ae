import Glibc
public import WorkerFarm

/// One picture's way from its file to its thumbnails' files. The one file that knows the pool.
///
/// A picture that can't be done is a ``Result/failed(_:)``, a value like any other. All that the job throws is that
/// it needs more memory than it may use now.
public struct ThumbnailJob: Job {
  /// What to do.
  public enum Mode: UInt8, Sendable {
    /// Make what isn't up to date.
    case make
    /// Make everything in any case.
    case force
    /// Only tell what ``make`` would do.
    case ask
  }

  /// The picture's file.
  public var source: BytePath
  /// Where the thumbnails go, without the variant's suffix and the extension of the format, which are
  /// appended.
  public var stem: BytePath
  /// For all variants; the sizes are the variants'.
  public var options: ThumbnailOptions
  /// At least one.
  public var variants: [ThumbnailVariant]
  /// What to do.
  public var mode: Mode
  /// Contents that aren't touched, since they've killed workers: a picture of one of them is
  /// ``Result/quarantined(_:)``. Pictures are only hashed for a list that isn't empty, so give a job those that have its
  /// picture's size. At most ``mostQuarantined``.
  public var quarantined: [ContentDigest] = []

  /// As many ``quarantined`` contents as travel with a job: 32 KiB.
  public static let mostQuarantined = 1024

  /// A job for one picture.
  ///
  /// - Parameters:
  ///   - source: the picture's file.
  ///   - stem: where the thumbnails go; see ``stem``.
  ///   - options: sizes and tag are replaced.
  ///   - variants: the thumbnails to be made; `nil` for one of the options' first size.
  ///   - mode: what to do.
  public init(
    source: BytePath, stem: BytePath, options: ThumbnailOptions,
    variants: [ThumbnailVariant]? = nil, mode: Mode = .make
  ) {
    self.source = source
    self.stem = stem
    self.options = options
    self.variants = variants ?? [ThumbnailVariant(options.size)]
    self.mode = mode
  }

  /// Reads the picture and writes the thumbnails that are due, each to a temporary file that takes its place when it's whole.
  ///
  /// - Throws: `MemoryDemand` where the picture needs more memory than the job may use now.
  public func run() throws(MemoryDemand) -> Result {
    try Self.settled {
      finishReplacing()
      let file = try SourceFile(source)
      return try run(file)
    }
  }

  /// The result of a body whose errors are results too.
  static func settled(_ body: () throws -> Result) throws(MemoryDemand) -> Result {
    do {
      return try body()
    } catch let demand as MemoryDemand {
      throw demand
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
    switch try look(at: file) {
    case .settled(let result): return result
    case .due(let due, of: let files):
      try JobMemory.claim(file.byteCount)
      let bytes = try file.contents()
      if let refusal = refusal(of: bytes) { return refusal }
      let thumbnails = try thumbnails(of: bytes, due: due)
      return try place(
        thumbnails, among: files, modified: file.modified, sourceByteCount: bytes.count)
    }
  }

  /// What can be said of a picture before the whole file is read.
  enum Look {
    case settled(Result)
    /// These of the files have to be made.
    case due(Set<Int>, of: [File])
  }

  func look(at file: borrowing SourceFile) throws -> Look {
    let files = files(of: file)
    let due = files.indices.filter { files[$0].state == .due }
    if due.isEmpty { return .settled(.upToDate(files)) }
    if mode == .ask {
      let refusal = quarantined.isEmpty ? nil : refusal(of: try file.digest())
      return .settled(refusal ?? .due(files))
    }
    // It may be a film.
    try Thumbnailer.check(try file.head())
    return .due(Set(due), of: files)
  }

  /// What is said of a picture that is in quarantine; nil of any other.
  func refusal(of bytes: [UInt8]) -> Result? {
    quarantined.isEmpty ? nil : refusal(of: ContentDigest(of: bytes))
  }

  private func refusal(of digest: ContentDigest) -> Result? {
    quarantined.contains(digest) ? .quarantined(digest) : nil
  }

  /// Writes what was made.
  func place(
    _ thumbnails: [Thumbnail?], among present: [File], modified: timespec, sourceByteCount: Int
  ) throws -> Result {
    var files = present
    for (index, thumbnail) in zip(files.indices, thumbnails) {
      if let thumbnail { files[index] = try put(thumbnail, variants[index], modified) }
    }
    // One decoding, one story: the first that was made tells it.
    guard let first = thumbnails.lazy.compactMap(\.self).first else { return .upToDate(files) }
    return .made(
      Made(
        files: files, sourceWidth: first.source.width, sourceHeight: first.source.height,
        sourceByteCount: sourceByteCount, warnings: first.warnings, usedPreview: first.usedPreview))
  }

  /// Puts in place the whole files that a worker has left beside their places, killed between two calls.
  ///
  /// Each try begins with it: the next one needn't come to replacing anything, where another farm has made
  /// the same thumbnail or the picture is gone. So it's to be called only for a job whose worker has ended
  /// and that nobody tries again. Does nothing in mode ``Mode/ask``.
  public func finishReplacing() {
    if mode == .ask { return }
    for variant in variants {
      for format in options.format.candidates {
        OutputFile.finishReplacing(ThumbnailMemory.path(stem(of: variant), format))
      }
    }
  }

  /// What is there of each variant.
  private func files(of file: borrowing SourceFile) -> [File] {
    var files: [File] = []
    for variant in variants {
      let memory = memory(of: variant, file)
      let current = mode == .force ? nil : memory?.current(among: options.format.candidates)
      files.append(File(variant, stem: stem(of: variant), current))
    }
    return files
  }

  private func memory(
    of variant: ThumbnailVariant, _ file: borrowing SourceFile
  ) -> ThumbnailMemory? {
    options.memory(of: variant.size, sourceByteCount: file.byteCount).map {
      ThumbnailMemory(
        stem: stem(of: variant), tag: $0, placeholders: options.placeholders,
        modified: file.modified)
    }
  }

  private func stem(of variant: ThumbnailVariant) -> BytePath {
    BytePath(stem.bytes + Array(variant.suffix.utf8))
  }

  /// What the thumbnailers of all jobs of a process know about colour profiles.
  private static let shared = Thumbnailer(options: ThumbnailOptions(size: .standard))

  /// Those that are due, each in its variant's place.
  ///
  /// - Parameter held: bytes that the process holds for this job beside the picture's.
  func thumbnails(of bytes: [UInt8], due: Set<Int>, held: Int = 0) throws -> [Thumbnail?] {
    var options = options
    options.sizes = variants.map(\.size)
    let thumbnailer = Self.shared.with(options)
    let labelling = Thumbnailer.Labelling(isWanted: due.contains) { index, placeholders in
      options.memory(of: options.sizes[index], sourceByteCount: bytes.count)?
        .appending(placeholders, asked: options.placeholders)
    }
    var demand: MemoryDemand?
    do {
      return try bytes.withUnsafeBytes { raw in
        try thumbnailer.thumbnails(of: raw, labelling) { (needed) throws(ThumbnailError) in
          do throws(MemoryDemand) {
            try JobMemory.claim(held + bytes.count + needed)
          } catch {
            demand = error
            throw .outOfMemory("\(error.bytes) bytes are needed")
          }
        }
      }
    } catch {
      throw demand ?? error
    }
  }

  private func put(
    _ thumbnail: Thumbnail, _ variant: ThumbnailVariant, _ modified: timespec
  ) throws(OutputFault) -> File {
    let stem = stem(of: variant)
    let path = ThumbnailMemory.path(stem, thumbnail.format)
    do throws(FileFault) {
      try OutputFile.write(thumbnail.bytes, to: path, modified: modified)
    } catch {
      throw OutputFault(path: path, fault: error)
    }
    ThumbnailMemory.removeStale(stem, except: thumbnail.format)
    return File(variant, path: path, thumbnail)
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
