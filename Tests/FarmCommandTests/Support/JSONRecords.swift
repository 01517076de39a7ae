import Foundation

/// A line of `--json`; of the fields each kind of line has its own.
struct Record: Decodable {
  struct Picture: Decodable, Equatable {
    var width: Int
    var height: Int
    var bytes: Int
  }

  struct Thumbnail: Decodable {
    var status: String
    var size: String
    var output: String?
    var outputBase64: String?
    var width: Int?
    var height: Int?
    var bytes: Int?
    var thumbhash: String?
    var color: String?
  }

  /// Of a run's record.
  struct Sandbox: Decodable {
    var enforcement: String
    var files: String?
    var complete: Bool?
    var inForce: [String]?
    var landlock: Int?
    var problems: [String]?
  }

  struct Failure: Decodable {
    var kind: String
    var message: String
  }

  var schemaVersion: Int
  var type: String
  var index: Int?
  var status: String?
  var source: String?
  var sourceBase64: String?
  var output: String?
  var outputBase64: String?
  var original: Picture?
  var thumbnail: Picture?
  var thumbnails: [Thumbnail]?
  var warnings: Int?
  var usedPreview: Bool?
  var attempts: Int?
  var error: Failure?
  var made: Int?
  var upToDate: Int?
  var due: Int?
  var failed: Int?
  var quarantined: Int?
  var cancelled: Int?
  var fromPreviews: Int?
  var withWarnings: Int?
  var otherFiles: Int?
  var links: Int?
  var sandbox: Sandbox?
  var arguments: [String]?
}

extension Finished {
  /// All lines of `--json`.
  var records: [Record] {
    get throws {
      try outputLines.map { try JSONDecoder().decode(Record.self, from: Data($0.utf8)) }
    }
  }

  /// Those lines of `--json` that are whole: who is killed may leave a piece.
  var wholeRecords: [Record] {
    get throws {
      let end = output.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
      let lines = String(decoding: output[..<end], as: UTF8.self).split(separator: "\n")
      return try lines.map { try JSONDecoder().decode(Record.self, from: Data($0.utf8)) }
    }
  }

  var pictures: [Record] { get throws { try records.filter { $0.type == "picture" } } }

  /// The last line.
  var summary: Record? {
    get throws { try records.last.flatMap { $0.type == "summary" ? $0 : nil } }
  }

  /// The names of each line's fields.
  var fieldNames: [Set<String>] {
    get throws {
      try outputLines.map { line in
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        return Set((object ?? [:]).keys)
      }
    }
  }
}

func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
