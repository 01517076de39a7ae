import Glibc

/// A path as Linux knows it: bytes without a zero, which need not be UTF-8.
public struct BytePath: Hashable, Sendable {
  /// As the system has them, without a zero at the end.
  public var bytes: [UInt8]

  /// A path of any bytes.
  ///
  /// - Parameter bytes: as the system has them, without a zero at the end.
  public init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  /// A path that is text.
  ///
  /// - Parameter text: becomes UTF-8.
  public init(_ text: String) { bytes = Array(text.utf8) }

  /// The path with a further component.
  public func appending(_ component: some Collection<UInt8>) -> BytePath {
    var result = bytes
    if let last = result.last, last != Self.slash { result.append(Self.slash) }
    result.append(contentsOf: component)
    return BytePath(result)
  }

  /// A path of one component more.
  ///
  /// - Parameter component: without slashes; becomes UTF-8.
  public func appending(_ component: String) -> BytePath { appending(Array(component.utf8)) }

  /// What comes before the last component: `.` for a bare name, `/` for the root.
  public var parent: BytePath {
    guard let slash = trimmed.lastIndex(of: Self.slash) else { return BytePath(".") }
    let end = trimmed[..<slash].lastIndex { $0 != Self.slash }
    return end.map { BytePath(trimmed[...$0]) } ?? BytePath("/")
  }

  /// The last component; empty for the root.
  public var name: ArraySlice<UInt8> {
    let path = trimmed
    guard let slash = path.lastIndex(of: Self.slash) else { return path }
    return path[(slash + 1)...]
  }

  /// Calls `body` with the path as a C string.
  public func withCString<R>(_ body: (UnsafePointer<CChar>) -> R) -> R {
    (bytes + [0]).withUnsafeBytes { raw in
      raw.withMemoryRebound(to: CChar.self) { buffer in
        guard let start = buffer.baseAddress else { preconditionFailure("never empty") }
        return body(start)
      }
    }
  }

  /// The path without slashes at its end.
  private var trimmed: ArraySlice<UInt8> {
    let end = bytes.lastIndex { $0 != Self.slash }
    return end.map { bytes[...$0] } ?? []
  }

  static let slash = UInt8(ascii: "/")
}

extension BytePath: CustomStringConvertible {
  /// For people: control characters and what isn't UTF-8 are escaped as `\x1B`, a backslash is doubled,
  /// so that a hostile name can neither command a terminal nor look like another.
  public var description: String {
    var result = ""
    var rest = bytes[...]
    while !rest.isEmpty {
      guard let character = Self.popScalar(&rest) else {
        result += Self.escaped(rest.removeFirst())
        continue
      }
      switch character {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _
      where character.properties.generalCategory == .control
        || character.properties.generalCategory == .format:
        for byte in String(character).utf8 { result += Self.escaped(byte) }
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  /// The first scalar of valid UTF-8, taken off; nil if the first byte begins none.
  private static func popScalar(_ bytes: inout ArraySlice<UInt8>) -> Unicode.Scalar? {
    var decoder = UTF8()
    var iterator = bytes.prefix(4).makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return nil }
    bytes.removeFirst(String(scalar).utf8.count)
    return scalar
  }

  private static func escaped(_ byte: UInt8) -> String {
    let digits = Array("0123456789ABCDEF")
    return "\\x\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
  }
}
