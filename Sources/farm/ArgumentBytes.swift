import Thumbnails

/// Command-line arguments that are paths need not be UTF-8, but the argument parser takes strings.
///
/// Bytes that aren't UTF-8 travel through the parser as private-use scalars, U+10FF00 plus the byte, and
/// are turned back into bytes where an argument becomes a path.
enum ArgumentBytes {
  private static let base: UInt32 = 0x10FF00

  /// The process's arguments without its name.
  static func arguments() -> [String] {
    let count = Int(CommandLine.argc)
    guard count > 1 else { return [] }
    return (1..<count).compactMap { index in
      CommandLine.unsafeArgv[index].map { pointer in
        var bytes: [UInt8] = []
        var cursor = pointer
        while cursor.pointee != 0 {
          bytes.append(UInt8(bitPattern: cursor.pointee))
          cursor += 1
        }
        return encoded(bytes)
      }
    }
  }

  static func encoded(_ bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self),
      !text.unicodeScalars.contains(where: { $0.value >= base })
    {
      return text
    }
    var result = ""
    var rest = bytes[...]
    while let first = rest.first {
      var decoder = UTF8()
      var iterator = rest.prefix(4).makeIterator()
      if case .scalarValue(let scalar) = decoder.decode(&iterator), scalar.value < base {
        result.unicodeScalars.append(scalar)
        rest.removeFirst(String(scalar).utf8.count)
      } else {
        if let stand = Unicode.Scalar(base + UInt32(first)) {
          result.unicodeScalars.append(stand)
        }
        rest.removeFirst()
      }
    }
    return result
  }

  static func path(_ argument: String) -> BytePath {
    var bytes: [UInt8] = []
    for scalar in argument.unicodeScalars {
      if scalar.value >= base, scalar.value < base + 256 {
        bytes.append(UInt8(scalar.value - base))
      } else {
        bytes.append(contentsOf: String(scalar).utf8)
      }
    }
    return BytePath(bytes)
  }
}
