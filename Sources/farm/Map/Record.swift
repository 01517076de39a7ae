import Thumbnails

/// One of the things that a run is over: a line, what lies between two zero bytes, or a JSON value.
struct Record: Sendable {
  /// Its number in the input, from 0.
  var index: Int
  /// Without its separator.
  var bytes: [UInt8]
  /// Why it can't be given to anybody, if it can't; `bytes` may be cut then.
  var problem: String?

  /// For people, numbers begin with 1 as an editor's lines do.
  var number: Int { index + 1 }

  /// As it's named in messages: escaped, and cut where it's long.
  var name: String {
    let shown = BytePath(bytes.prefix(Self.longestName)).description
    return "record \(number) (\(shown)\(bytes.count > Self.longestName ? "…" : ""))"
  }

  private static let longestName = 80

  /// What tells this record from another one at the same place of a changed input: FNV-1a, which is the same
  /// in every process.
  var hash: UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}

/// What lies between records.
enum RecordFormat {
  case lines, nullSeparated, json

  var separator: UInt8 { self == .nullSeparated ? 0 : UInt8(ascii: "\n") }
}

/// What became of a record.
struct RecordResult: Sendable {
  enum End: Sendable {
    case done
    case failed(Failure)
    /// Not begun or not finished because the run was ended.
    case cancelled
  }

  struct Failure: Sendable {
    /// A stable word, as ``JobFailure/kind``.
    var kind: String
    var message: String
    /// Whether the same again may go better.
    var mayRetry: Bool
  }

  var end: End
  var output: [UInt8] = []
  /// What a program wrote to its standard error.
  var errors: [UInt8] = []
  /// Of a program that ended by itself.
  var exitStatus: Int32?
  var attempts = 0
  var queueTime = Duration.zero
  var runTime = Duration.zero
  var pid: Int32?

  var byteCount: Int { output.count + errors.count }
}
