import FoundationEssentials
import Thumbnails

/// What a report of `farm thumbs --json` says of one picture and of the run. Whoever wrote it: nothing in it is trusted.
struct Report {
  /// A picture as a person names it.
  enum Wanted {
    case index(Int)
    case path(BytePath)

    init(_ word: BytePath) {
      let digits = word.bytes.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      let number = digits ? Int(String(decoding: word.bytes, as: UTF8.self)) : nil
      self = number.map { .index($0) } ?? .path(word)
    }
  }

  /// The picture's path, relative to where the run was started if it isn't absolute.
  let source: BytePath
  /// The run's options; nil if the report has no summary.
  let arguments: [String]?

  /// Reads a report, from its first line to its last, in the memory of a line.
  ///
  /// - Throws: ``UsageError`` if it can't be read, is no report, or has no such picture.
  init(reading path: BytePath, looking wanted: Wanted) throws(UsageError) {
    var lines = try LineReader(path)
    var found: BytePath?
    var summary: ReportLine?
    var count = 0
    while let line = try lines.next() {
      let record = try ReportLine(line, number: lines.number, of: path)
      switch record.type {
      case "summary": summary = record
      case "picture":
        let source = try record.path(number: lines.number, of: path)
        if found == nil, wanted.isMet(by: record.index ?? count, source) { found = source }
        count += 1
      default: break
      }
    }
    guard let found else {
      throw UsageError(
        description: "\(path) has no picture \(wanted); it has \(count), with indices from 0")
    }
    source = found
    arguments = summary.map { $0.arguments ?? [] }
  }
}

extension Report.Wanted: CustomStringConvertible {
  var description: String {
    switch self {
    case .index(let index): "\(index)"
    case .path(let path): "\(path)"
    }
  }

  fileprivate func isMet(by index: Int, _ source: BytePath) -> Bool {
    switch self {
    case .index(let wanted): wanted == index
    case .path(let wanted): wanted == source
    }
  }
}

/// Of a record what a replay needs.
private struct ReportLine: Decodable {
  var schemaVersion: Int
  var type: String
  var index: Int?
  var source: String?
  var sourceBase64: String?
  var arguments: [String]?

  init(_ line: [UInt8], number: Int, of path: BytePath) throws(UsageError) {
    guard let record = try? JSONDecoder().decode(Self.self, from: Data(line)) else {
      throw UsageError(
        description: "\(path), line \(number): no record of farm thumbs --json")
    }
    guard record.schemaVersion == 1 else {
      throw UsageError(
        description: "\(path), line \(number): a record of schema \(record.schemaVersion),"
          + " this farm knows 1")
    }
    self = record
  }

  /// The picture's path, byte for byte.
  func path(number: Int, of report: BytePath) throws(UsageError) -> BytePath {
    let bytes: [UInt8]?
    if let sourceBase64 {
      bytes = Data(base64Encoded: sourceBase64).map(Array.init)
    } else {
      bytes = source.map { Array($0.utf8) }
    }
    guard let bytes, !bytes.isEmpty, !bytes.contains(0) else {
      throw UsageError(description: "\(report), line \(number): a picture without a path")
    }
    return BytePath(bytes)
  }
}
