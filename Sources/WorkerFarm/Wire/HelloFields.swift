/// What may follow in a hello after what every version has: fields, each a u16 number, a u32 length and so many bytes.
///
/// Those of unknown numbers are skipped, and what doesn't read as fields is ignored: later versions may say more.
extension Hello {
  enum Field {
    static let sandboxPolicy: UInt16 = 1
    static let sandboxReport: UInt16 = 2
  }

  mutating func readFields(_ reader: inout ByteReader) {
    while let number = try? reader.read(UInt16.self), let length = try? reader.read(UInt32.self),
      let bytes = try? reader.take(Int(length))
    {
      var field = ByteReader(bytes)
      switch number {
      case Field.sandboxPolicy: sandbox = try? SandboxPolicy(parsing: &field)
      case Field.sandboxReport: sandboxReport = try? SandboxReport(parsing: &field)
      default: break
      }
    }
  }
}

extension ByteWriter {
  mutating func writeField(_ number: UInt16, _ body: (inout ByteWriter) -> Void) {
    write(number)
    var field = ByteWriter()
    body(&field)
    write(bytes: field.bytes)
  }
}
