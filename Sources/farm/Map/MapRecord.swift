import FoundationEssentials
import WorkerFarm

/// One line of `farm map --json`, for a record.
///
/// Put together by hand: input and output are JSON already, and stay as they are.
enum MapRecord {
  static func append(
    _ item: RecordFlow.Finished, isText: Bool, to line: inout [UInt8]
  ) {
    let result = item.result
    // Moved, not copied: what stands there may be much.
    var start: [UInt8] = []
    swap(&start, &line)
    var fields = Fields(consume start)
    fields.add("schemaVersion", "1")
    fields.add("type", "\"record\"")
    fields.add("index", "\(item.record.index)")
    switch result.end {
    case .done: fields.add("status", "\"done\"")
    case .cancelled: fields.add("status", "\"cancelled\"")
    case .failed(let failure):
      fields.add("status", "\"failed\"")
      fields.add("error", raw: Self.error(failure))
    }
    if item.record.problem == nil {
      fields.add("input", raw: item.record.bytes)
    } else {
      fields.add("input", text: item.record.bytes)
    }
    if isText {
      fields.add("output", text: result.output)
      fields.add("stderr", text: result.errors)
      if let status = result.exitStatus { fields.add("exitStatus", "\(status)") }
    } else if case .done = result.end {
      fields.add("output", raw: result.output)
    }
    fields.add("attempts", "\(result.attempts)")
    fields.add("milliseconds", "\(result.runTime.milliseconds)")
    fields.add("queuedMilliseconds", "\(result.queueTime.milliseconds)")
    if let pid = result.pid { fields.add("pid", "\(pid)") }
    line = fields.closed()
  }

  private static func error(_ failure: RecordResult.Failure) -> [UInt8] {
    var fields = Fields([])
    fields.add("kind", text: Array(failure.kind.utf8))
    fields.add("message", text: Array(failure.message.utf8))
    return fields.closed().dropLast()
  }
}

enum MapSummary {
  static func line(
    done: Int, failed: Int, skipped: Int, cancelled: Int, elapsed: Duration
  ) -> [UInt8] {
    var fields = Fields([])
    fields.add("schemaVersion", "1")
    fields.add("type", "\"summary\"")
    fields.add("version", "\"\(FarmVersion.text)\"")
    for (name, count) in [
      ("done", done), ("failed", failed), ("skipped", skipped), ("cancelled", cancelled),
    ] { fields.add(name, "\(count)") }
    fields.add("seconds", "\(elapsed.milliseconds / 1000)")
    return fields.closed()
  }
}

/// An object of JSON that grows at the end of other bytes.
private struct Fields {
  private var bytes: [UInt8]
  private var isFirst = true

  init(_ bytes: consuming [UInt8]) {
    bytes.append(UInt8(ascii: "{"))
    self.bytes = bytes
  }

  private mutating func add(name: String) {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    isFirst = false
    bytes += "\"\(name)\":".utf8
  }

  /// A value that is JSON.
  mutating func add(_ name: String, _ value: String) {
    add(name: name)
    bytes += value.utf8
  }

  /// A value that is JSON, made to fit into a line: outside of strings an end of line is but a space, and inside
  /// there's none.
  mutating func add(_ name: String, raw value: [UInt8]) {
    add(name: name)
    for byte in value {
      bytes.append(byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") ? 0x20 : byte)
    }
  }

  /// A string; bytes that aren't UTF-8 are kept in base64, in a field whose name says so.
  mutating func add(_ name: String, text: [UInt8]) {
    guard let string = String(validating: text, as: UTF8.self) else {
      add("\(name)Base64", "\"\(Data(text).base64EncodedString())\"")
      return
    }
    add(name: name)
    bytes.append(UInt8(ascii: "\""))
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "\n"): bytes += "\\n".utf8
      case 0..<0x20, 0x7F:
        bytes += (byte < 16 ? "\\u000" : "\\u00").utf8
        bytes += String(byte, radix: 16).utf8
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  consuming func closed() -> [UInt8] {
    bytes.append(contentsOf: "}\n".utf8)
    return bytes
  }
}
