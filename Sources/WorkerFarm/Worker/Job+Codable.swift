import FoundationEssentials

/// JSON for jobs that don't care how they travel.
extension Job where Self: Encodable {
  /// Appends the job as JSON.
  public func encode(into writer: inout ByteWriter) throws {
    try JSON.append(self, to: &writer)
  }
}

extension Job where Self: Decodable {
  /// Reads the job from JSON: everything that the reader has.
  public init(decoding reader: inout ByteReader) throws {
    self = try JSON.read(Self.self, from: &reader)
  }
}

extension Job where Output: Codable {
  /// Appends the output as JSON.
  public static func encode(_ output: Output, into writer: inout ByteWriter) throws {
    try JSON.append(output, to: &writer)
  }

  /// Reads the output from JSON.
  public static func decodeOutput(_ reader: inout ByteReader) throws -> Output {
    try JSON.read(Output.self, from: &reader)
  }
}

extension Job where Output == Void {
  /// Nothing is nothing in bytes, too.
  public static func encode(_ output: Void, into writer: inout ByteWriter) {}
  /// Reads nothing.
  public static func decodeOutput(_ reader: inout ByteReader) {}
}

private enum JSON {
  static func append(_ value: some Encodable, to writer: inout ByteWriter) throws {
    let encoder = JSONEncoder()
    // Equal jobs have equal bytes, or a quarantine wouldn't know them again: without this the order varies at random.
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
