/// Bytes for people.
enum Bytes {
  /// In hexadecimal, and as text where that's what they are.
  static func shown(_ bytes: [UInt8]) -> String {
    let digits = bytes.map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined(separator: " ")
    let isText = !bytes.isEmpty && bytes.allSatisfy { (0x20..<0x7F).contains($0) || $0 == 0x0A }
    return isText
      ? "\(digits) (\"\(Console.escaped(String(decoding: bytes, as: UTF8.self)))\")" : digits
  }
}
