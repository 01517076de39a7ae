import FoundationEssentials

/// JSON for jobs that don't care how they travel.
extension Job where Self: Encodable {
  public func encode(into writer: inout ByteWriter) throws {
    try JSON.append(self, to: &writer)
  }
}

extension Job where Self: Decodable {
  public init(decoding reader: inout ByteReader) throws {
    self = try JSON.read(Self.self, from: &reader)
  }
}

extension Job where Output: Codable {
  public static func encode(_ output: Output, into writer: inout ByteWriter) throws {
    try JSON.append(output, to: &writer)
  }

  public static func decodeOutput(_ reader: inout ByteReader) throws -> Output {
    try JSON.read(Output.self, from: &reader)
  }
}

extension Job where Output == Void {
  public static func encode(_ output: Void, into writer: inout ByteWriter) {}
  public static func decodeOutput(_ reader: inout ByteReader) {}
}

private enum JSON {
  static func append(_ value: some Encodable, to writer: inout ByteWriter) throws {
    let encoder = JSONEncoder()
    // In whatever order otherwise, and one input must always be the same bytes: a quarantine knows it by them.
    encoder.outputFormatting = .sortedKeys
    let data = try encoder.encode(value)
    data.withUnsafeBytes { writer.write(raw: $0) }
  }

  static func read<Value: Decodable>(
    _ type: Value.Type, from reader: inout ByteReader
  ) throws -> Value {
    let bytes = reader.readRest()
    return try JSONDecoder().decode(type, from: Data(bytes))
  }
}
