import Glibc
public import WorkerFarm

/// A job that refuses to go beyond a stage of its way through the pool.
public struct Faulty: Job {
  public enum Stage: UInt8, CaseIterable, Sendable {
    case nowhere, encodingInput, decodingInput, running, encodingOutput, decodingOutput
  }

  public struct Refusal: Error, CustomStringConvertible {
    public var stage: Stage
    public var description: String { "refused when \(stage)" }
  }

  public var stage: Stage

  public init(stage: Stage) { self.stage = stage }

  public func run() throws -> Stage {
    try Self.refuse(.running, stage)
    return stage
  }

  public func encode(into writer: inout ByteWriter) throws {
    writer.write(stage.rawValue)
    // After something was written: what is left of a refused input must not reach a worker.
    try Self.refuse(.encodingInput, stage)
  }

  public init(decoding reader: inout ByteReader) throws {
    stage = Stage(rawValue: try reader.read()) ?? .nowhere
    try Self.refuse(.decodingInput, stage)
  }

  public static func encode(_ output: Stage, into writer: inout ByteWriter) throws {
    writer.write(output.rawValue)
    try refuse(.encodingOutput, output)
  }

  public static func decodeOutput(_ reader: inout ByteReader) throws -> Stage {
    let stage = Stage(rawValue: try reader.read()) ?? .nowhere
    try refuse(.decodingOutput, stage)
    return stage
  }

  private static func refuse(_ here: Stage, _ stage: Stage) throws {
    if here == stage { throw Refusal(stage: stage) }
  }
}

/// A job type that no worker serves.
public struct Unserved: Job, Codable {
  public init() {}

  public func run() -> Int { 0 }
}

/// An input and an output of chosen sizes, in encoded bytes.
public struct Swell: Job {
  public var inputSize: Int
  public var outputSize: Int

  /// - Parameter inputSize: at least 8.
  public init(inputSize: Int, outputSize: Int) {
    self.inputSize = inputSize
    self.outputSize = outputSize
  }

  public func run() -> Int { outputSize }

  public func encode(into writer: inout ByteWriter) {
    writer.write(outputSize)
    Self.pad(&writer, inputSize - 8)
  }

  public init(decoding reader: inout ByteReader) throws {
    outputSize = try reader.read()
    inputSize = 8 + reader.readRest().count
  }

  public static func encode(_ output: Int, into writer: inout ByteWriter) { pad(&writer, output) }

  public static func decodeOutput(_ reader: inout ByteReader) -> Int { reader.readRest().count }

  private static func pad(_ writer: inout ByteWriter, _ count: Int) {
    [UInt8](repeating: 0xEE, count: count).withUnsafeBytes { writer.write(raw: $0) }
  }
}

/// Takes its time, and then has an output or an error of a chosen size.
public struct Bulky: Job {
  public var milliseconds: Int
  public var size: Int
  public var throwing: Bool

  public init(milliseconds: Int, size: Int, throwing: Bool = false) {
    self.milliseconds = milliseconds
    self.size = size
    self.throwing = throwing
  }

  public func run() throws -> [UInt8] {
    if milliseconds > 0 { usleep(UInt32(milliseconds) * 1000) }
    if throwing { try Complain(length: size).run() }
    return [UInt8](repeating: 7, count: size)
  }

  public func encode(into writer: inout ByteWriter) {
    writer.write(milliseconds)
    writer.write(size)
    writer.write(UInt8(throwing ? 1 : 0))
  }

  public init(decoding reader: inout ByteReader) throws {
    milliseconds = try reader.read()
    size = try reader.read()
    throwing = try reader.read(UInt8.self) == 1
  }

  public static func encode(_ output: [UInt8], into writer: inout ByteWriter) {
    writer.write(bytes: output)
  }

  public static func decodeOutput(_ reader: inout ByteReader) throws -> [UInt8] {
    try reader.readBytes()
  }
}

/// A job that fails with a text of that length.
public struct Complain: Job, Codable {
  struct Complaint: Error, CustomStringConvertible { var description: String }

  public var length: Int

  public init(length: Int) { self.length = length }

  public func run() throws { throw Complaint(description: String(repeating: "!", count: length)) }
}
