import WorkerFarm

/// Eight bytes there and eight back.
struct Tiny: Job {
  let number: UInt64

  init(_ number: UInt64) { self.number = number }

  func run() -> UInt64 { number &* number }

  func encode(into writer: inout ByteWriter) { writer.write(number) }

  init(decoding reader: inout ByteReader) throws { number = try reader.read() }

  static func encode(_ output: UInt64, into writer: inout ByteWriter) { writer.write(output) }

  static func decodeOutput(_ reader: inout ByteReader) throws -> UInt64 { try reader.read() }
}

/// The same, as a user writes it at first.
struct TinyCodable: Job, Codable {
  let number: UInt64

  init(_ number: UInt64) { self.number = number }

  func run() -> UInt64 { number &* number }
}
