import FoundationEssentials
import Thumbnails
import WorkerFarm

/// One line of `--json`, for a picture.
struct PictureRecord: Encodable {
  enum Status: String, Encodable {
    case made, upToDate, due, failed, skipped, cancelled
  }

  struct Failure: Encodable {
    var kind: String
    var message: String
  }

  struct Picture: Encodable {
    var width: Int
    var height: Int
    var bytes: Int
  }

  var schemaVersion = 1
  var type = "picture"
  /// The picture's place in the run, from 0.
  var index: Int
  var status: Status
  /// The path as given and walked; where it isn't UTF-8 with U+FFFD in it.
  var source: String
  /// The path's bytes in base64, only where it isn't UTF-8.
  var sourceBase64: String?
  /// The first thumbnail's path, as `source`.
  var output: String?
  var outputBase64: String?
  var original: Picture?
  /// The first thumbnail.
  var thumbnail: Picture?
  /// All thumbnails, in the order of the sizes asked for.
  var thumbnails: [ThumbnailRecord]?
  var warnings: Int?
  /// Only when it's true.
  var usedPreview: Bool?
  var milliseconds: Double
  var attempts: Int
  var error: Failure?

  init(_ outcome: PictureOutcome) {
    status = .made
    let path = outcome.source
    source = path.text
    sourceBase64 = path.base64IfNotText
    index = outcome.index
    milliseconds = outcome.runTime.milliseconds
    attempts = outcome.attempts
    switch outcome.result {
    case .success(.made(let made)): describe(made)
    case .success(.upToDate(let files)):
      status = .upToDate
      describe(files)
    case .success(.due(let files)):
      status = .due
      describe(files)
    case .success(.quarantined):
      preconditionFailure("the quarantine has said why")
    case .success(.failed(let failure)):
      status = .failed
      error = Failure(kind: failure.kind, message: failure.message)
    case .failure(.cancelled): status = .cancelled
    case .failure(.unencodableInput(let reason)):
      status = .failed
      error = Failure(kind: "unreadable", message: reason)
    case .failure(.quarantined(let reason)):
      status = .skipped
      error = Failure(kind: "quarantined", message: reason)
    case .failure(let failure):
      status = .failed
      error = Failure(kind: failure.kind, message: failure.description)
    }
  }

  private mutating func describe(_ made: ThumbnailJob.Made) {
    describe(made.files)
    original = Picture(
      width: made.sourceWidth, height: made.sourceHeight, bytes: made.sourceByteCount)
    warnings = made.warnings
    if made.usedPreview { usedPreview = true }
  }

  private mutating func describe(_ files: [ThumbnailJob.File]) {
    let all = files.map { ThumbnailRecord($0) }
    thumbnails = all
    guard let first = all.first else { return }
    output = first.output
    outputBase64 = first.outputBase64
    if let width = first.width, let height = first.height, let bytes = first.bytes {
      thumbnail = Picture(width: width, height: height, bytes: bytes)
    }
  }
}

/// One thumbnail in a picture's record.
struct ThumbnailRecord: Encodable {
  var status: PictureRecord.Status
  /// The box that was asked for, with the density applied.
  var size: String
  /// As in the picture's record; absent when it's only due.
  var output: String?
  var outputBase64: String?
  /// In pixels; only when it was made.
  var width: Int?
  var height: Int?
  var bytes: Int?
  /// Placeholders that were asked for.
  var thumbhash: String?
  var color: String?

  init(_ output: ThumbnailJob.File) {
    switch output.state {
    case .made: status = .made
    case .upToDate: status = .upToDate
    case .due: status = .due
    }
    size = output.box.shortDescription
    self.output = output.path?.text
    outputBase64 = output.path?.base64IfNotText
    width = output.size?.width
    height = output.size?.height
    bytes = output.byteCount
    thumbhash = output.placeholders.thumbhash
    color = output.placeholders.dominantColor?.description
  }
}

/// The last line of `--json`.
struct SummaryRecord: Encodable {
  var schemaVersion = 1
  var type = "summary"
  var version = FarmVersion.text
  var made: Int
  var upToDate: Int
  var due: Int
  var failed: Int
  /// Not tried, since they killed their workers in an earlier run.
  var quarantined: Int
  var cancelled: Int
  /// Of those made: from embedded previews, and with oddities that the decoder saw.
  var fromPreviews: Int
  var withWarnings: Int
  var otherFiles: Int
  var links: Int
  var seconds: Double
  var sandbox: SandboxRecord
  /// The options that decide how a picture is done, where they aren't as by default; `farm replay` reads them.
  var arguments: [String]

  init(
    _ tally: Tally, _ sandbox: SandboxRecord, arguments: [String], elapsed: Duration
  ) {
    self.sandbox = sandbox
    self.arguments = arguments
    made = tally.made
    upToDate = tally.upToDate
    due = tally.due
    failed = tally.failed
    quarantined = tally.quarantined
    cancelled = tally.cancelled
    fromPreviews = tally.fromPreviews
    withWarnings = tally.withWarnings
    otherFiles = tally.skipped.otherFiles
    links = tally.skipped.links
    seconds = elapsed.milliseconds / 1000
  }
}

extension Encodable {
  /// One line of JSON with its newline.
  func jsonLine() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}

extension BytePath {
  fileprivate var text: String { String(decoding: bytes, as: UTF8.self) }

  fileprivate var base64IfNotText: String? {
    String(validating: bytes, as: UTF8.self) == nil ? Data(bytes).base64EncodedString() : nil
  }
}

extension Duration {
  /// Rounded to microseconds.
  var milliseconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) * 1000 + Double(attoseconds / 1_000_000_000_000) / 1000
  }
}
