/// The end of what a worker wrote to its standard error, however much it writes.
struct LastWords: Sendable {
  /// 64 KiB, a pipe's worth: enough for any trace, small beside a worker.
  static let limit = 64 << 10
  /// What goes into a failure: the last lines of a crash message.
  static let excerpt = 2000

  private var bytes: [UInt8] = []
  /// Bytes that were dropped to keep to the limit.
  private(set) var dropped = 0

  mutating func append(_ more: UnsafeRawBufferPointer) {
    bytes.append(contentsOf: more)
    // Twice the limit before cutting, so that a flood costs linear time.
    if bytes.count > 2 * Self.limit { cut() }
  }

  /// The last lines as text, without white space around them; invalid UTF-8 is replaced.
  ///
  /// If bytes were dropped for want of room, a line before it tells how many aren't shown.
  ///
  /// The addresses that Swift's runtime prints after the message of a fatal error aren't shown: they
  /// would push the message out.
  var text: String {
    let tail = bytes[..<(startOfStackTrace ?? bytes.endIndex)].suffix(Self.excerpt)
    let isSpace: (UInt8) -> Bool = { $0 <= 0x20 }
    let trimmed = tail.drop(while: isSpace)
    let end = trimmed.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? trimmed.startIndex
    let text = String(decoding: trimmed[..<end], as: UTF8.self)
    return dropped == 0 ? text : "… \(dropped + trimmed.startIndex) bytes before this\n" + text
  }

  private var startOfStackTrace: Int? {
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    return lines.last { $0.elementsEqual("Current stack trace:".utf8) }?.startIndex
  }

  private mutating func cut() {
    let excess = bytes.count - Self.limit
    bytes.removeFirst(excess)
    dropped += excess
  }
}
