import Glibc

/// A file of JSON objects in one array, written as they come.
///
/// ```
/// [            ◄ at once
/// {…},         ◄ every object is followed by its comma only when the next one comes
/// {…}
/// ]            ◄ at the end
/// ```
///
/// Only whole objects are handed to the system at a time. So when the process is killed what is missing is the
/// last bracket, which the Trace Event Format allows, and at most a second's worth of events.
struct TraceFile: ~Copyable {
  private let descriptor: Descriptor
  private var buffer: [UInt8] = []
  private var isFirst = true
  private var writtenAt: Nanoseconds = 0
  /// The first one that occurred; then nothing more is written.
  private(set) var error: SystemError?

  /// 64 KiB: some hundred events for a system call.
  private static let bufferSize = 64 << 10
  private static let patience: Nanoseconds = 1_000_000_000

  init(owning descriptor: consuming Descriptor) {
    self.descriptor = descriptor
    buffer = Array("[".utf8)
    flush()
  }

  mutating func append(_ object: JSONObject, now: Nanoseconds) {
    guard error == nil else { return }
    buffer.append(contentsOf: (isFirst ? "\n" : ",\n").utf8)
    buffer.append(contentsOf: object.text.utf8)
    isFirst = false
    if buffer.count >= Self.bufferSize || now &- writtenAt > Self.patience {
      flush()
      writtenAt = now
    }
  }

  mutating func close() {
    buffer.append(contentsOf: "\n]\n".utf8)
    flush()
  }

  private mutating func flush() {
    var done = 0
    while done < buffer.count && error == nil {
      let rest = buffer[done...]
      let (count, code) = rest.withUnsafeBytes { bytes in
        let count = write(descriptor.number, bytes.baseAddress, bytes.count)
        return (count, errno)
      }
      if count >= 0 {
        done += count
      } else if code != EINTR {
        error = SystemError(call: "write", code: code)
      }
    }
    buffer.removeAll(keepingCapacity: true)
  }
}

/// The text of a JSON object, built field by field.
struct JSONObject {
  private(set) var text = "{}"

  mutating func set(_ name: String, _ value: String) { append(name, Self.quoted(value)) }
  mutating func set(_ name: String, _ value: Int) { append(name, "\(value)") }
  mutating func set(_ name: String, _ value: JSONObject) { append(name, value.text) }

  /// A time in microseconds, which is the format's unit, with the nanoseconds as decimals.
  mutating func set(_ name: String, nanoseconds: UInt64) {
    let decimals = String(nanoseconds % 1000 + 1000).dropFirst()
    append(name, "\(nanoseconds / 1000).\(decimals)")
  }

  private mutating func append(_ name: String, _ value: String) {
    text.removeLast()
    if text.utf8.count > 1 { text += "," }
    text += Self.quoted(name) + ":" + value + "}"
  }

  /// As RFC 8259 (section 7) has it: control characters, the quote and the backslash are escaped.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\" + String(scalar)
      case "\n": result += "\\n"
      case _ where scalar.value < 0x20:
        result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
