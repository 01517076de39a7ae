import FoundationEssentials
import Thumbnails
import WorkerFarm

/// One line of `--json`, for a picture.
struct PictureRecord: Encodable {
  enum Status: String, Encodable {
    case made, upToDate, due, failed, cancelled
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
  var status: Status
  /// The path as given and walked; where it isn't UTF-8 with U+FFFD in it.
  var source: String
  /// The path's bytes in base64, only where it isn't UTF-8.
  var sourceBase64: String?
  var output: String?
  var outputBase64: String?
  var original: Picture?
  var thumbnail: Picture?
  var warnings: Int?
  var milliseconds: Double
  var attempts: Int
  var error: Failure?

  init(_ outcome: Outcome<ScannedPicture>) {
    status = .made
    let path = outcome.input.source
    source = path.text
    sourceBase64 = path.base64IfNotText
    milliseconds = outcome.runTime.milliseconds
    attempts = outcome.attempts
    switch outcome.result {
    case .success(.made(let made)): describe(made)
    case .success(.upToDate(let path, byteCount: _)):
      status = .upToDate
      setOutput(path)
    case .success(.due): status = .due
    case .success(.failed(let failure)):
      status = .failed
      error = Failure(kind: failure.kind, message: failure.message)
    case .failure(.cancelled): status = .cancelled
    case .failure(.unencodableInput(let reason)):
      status = .failed
      error = Failure(kind: "unreadable", message: reason)
    case .failure(let failure):
      status = .failed
      error = Failure(kind: failure.kind, message: failure.description)
    }
  }

  private mutating func describe(_ made: ThumbnailJob.Made) {
    setOutput(made.path)
    original = Picture(
      width: made.sourceWidth, height: made.sourceHeight, bytes: made.sourceByteCount)
    thumbnail = Picture(width: made.width, height: made.height, bytes: made.byteCount)
    warnings = made.warnings
  }

  private mutating func setOutput(_ path: BytePath) {
    output = path.text
    outputBase64 = path.base64IfNotText
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
  var cancelled: Int
  var otherFiles: Int
  var links: Int
  var seconds: Double

  init(_ tally: Tally, elapsed: Duration) {
    made = tally.made
    upToDate = tally.upToDate
    due = tally.due
    failed = tally.failed
    cancelled = tally.cancelled
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
