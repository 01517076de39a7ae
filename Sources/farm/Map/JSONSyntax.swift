/// Checks that bytes are one JSON value (RFC 8259) and nothing else, without making anything of it.
struct JSONSyntax {
  private let bytes: [UInt8]
  private var position = 0

  /// Deeper nesting is refused, as parsers do that would otherwise run out of stack.
  private static let deepest = 500

  /// What is wrong with it, in words; nil if nothing is.
  static func problem(in bytes: [UInt8]) -> String? {
    guard String(validating: bytes, as: UTF8.self) != nil else { return "invalid UTF-8" }
    var syntax = JSONSyntax(bytes: bytes)
    if syntax.value(depth: 0) {
      syntax.skipSpace()
      if syntax.position == bytes.count { return nil }
    }
    return syntax.position >= bytes.count
      ? "it ends too early" : "unexpected byte at \(syntax.position + 1)"
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = current, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// False leaves the position where the trouble is.
  private mutating func value(depth: Int) -> Bool {
    skipSpace()
    guard depth < Self.deepest, let first = current else { return false }
    switch first {
    case UInt8(ascii: "{"): return object(depth: depth)
    case UInt8(ascii: "["): return array(depth: depth)
    case UInt8(ascii: "\""): return string()
    case UInt8(ascii: "t"): return word("true")
    case UInt8(ascii: "f"): return word("false")
    case UInt8(ascii: "n"): return word("null")
    default: return number()
    }
  }

  private mutating func object(depth: Int) -> Bool {
    position += 1
    skipSpace()
    if take("}") { return true }
    repeat {
      skipSpace()
      guard string() else { return false }
      skipSpace()
      guard take(":"), value(depth: depth + 1) else { return false }
      skipSpace()
    } while take(",")
    return take("}")
  }

  private mutating func array(depth: Int) -> Bool {
    position += 1
    skipSpace()
    if take("]") { return true }
    repeat {
      guard value(depth: depth + 1) else { return false }
      skipSpace()
    } while take(",")
    return take("]")
  }

  private mutating func string() -> Bool {
    guard take("\"") else { return false }
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return true
      case UInt8(ascii: "\\"):
        position += 1
        guard escape() else { return false }
      case 0..<0x20: return false
      default: position += 1
      }
    }
    return false
  }

  private mutating func escape() -> Bool {
    guard let kind = current else { return false }
    if kind == UInt8(ascii: "u") {
      position += 1
      for _ in 0..<4 {
        guard let digit = current, Character(Unicode.Scalar(digit)).isHexDigit else { return false }
        position += 1
      }
      return true
    }
    guard "\"\\/bfnrt".utf8.contains(kind) else { return false }
    position += 1
    return true
  }

  private mutating func word(_ text: StaticString) -> Bool {
    for offset in 0..<text.utf8CodeUnitCount {
      guard current == text.utf8Start[offset] else { return false }
      position += 1
    }
    return true
  }

  private mutating func number() -> Bool {
    _ = take("-")
    // No further digits behind a leading zero.
    if !take("0") { guard digits() else { return false } }
    if take(".") { guard digits() else { return false } }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      guard digits() else { return false }
    }
    return true
  }

  private mutating func digits() -> Bool {
    let start = position
    while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      position += 1
    }
    return position > start
  }
}
