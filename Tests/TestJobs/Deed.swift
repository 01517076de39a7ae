public import WorkerFarm

/// A job that comes to the end which its input names, on any backend, after a chosen time.
public struct Deed: Job {
  public enum Kind: UInt8, CaseIterable, Sendable {
    case output, throwing, undecodableInput, unencodableOutput, undecodableOutput
    case unencodableInput, largeInput, largeOutput, claim, largeClaim
  }

  public struct Refusal: Error, CustomStringConvertible {
    public var kind: Kind
    public var description: String { "refused: \(kind)" }
  }

  public var id: Int
  public var kind: Kind
  public var microseconds: Int

  /// Encoded inputs and outputs of the large kinds have more bytes than this, all others fewer.
  public static let frameLimit = 2000
  /// What a job may claim in a pool with this bound on its memory, and what it may not.
  public static let memory = 1 << 30

  public init(id: Int, kind: Kind, microseconds: Int = 0) {
    self.id = id
    self.kind = kind
    self.microseconds = microseconds
  }

  public func run() throws -> Output {
    if microseconds > 0 {
      _ = Work(id: id, milliseconds: Double(microseconds) / 1000).run()
    }
    switch kind {
    case .throwing: throw Refusal(kind: kind)
    case .claim: try JobMemory.claim(Self.memory)
    case .largeClaim: try JobMemory.claim(Self.memory + 1)
    default: break
    }
    return Output(id: id, kind: kind)
  }

  public struct Output: Hashable, Sendable {
    public var id: Int
    public var kind: Kind

    public init(id: Int, kind: Kind) {
      self.id = id
      self.kind = kind
    }
  }

  public func encode(into writer: inout ByteWriter) throws {
    writer.write(id)
    writer.write(microseconds)
    // After something was written: what is left of a refused input must not reach a worker.
    if kind == .unencodableInput { throw Refusal(kind: kind) }
    writer.write(kind.rawValue)
    if kind == .largeInput { Self.pad(&writer) }
  }

  public init(decoding reader: inout ByteReader) throws {
    id = try reader.read()
    microseconds = try reader.read()
    kind = Kind(rawValue: try reader.read()) ?? .throwing
    if kind == .undecodableInput { throw Refusal(kind: kind) }
  }

  public static func encode(_ output: Output, into writer: inout ByteWriter) throws {
    writer.write(output.id)
    if output.kind == .unencodableOutput { throw Refusal(kind: output.kind) }
    writer.write(output.kind.rawValue)
    if output.kind == .largeOutput { pad(&writer) }
  }

  public static func decodeOutput(_ reader: inout ByteReader) throws -> Output {
    let id: Int = try reader.read()
    let kind = Kind(rawValue: try reader.read()) ?? .throwing
    if kind == .undecodableOutput { throw Refusal(kind: kind) }
    return Output(id: id, kind: kind)
  }

  private static func pad(_ writer: inout ByteWriter) {
    [UInt8](repeating: 0xEE, count: frameLimit).withUnsafeBytes { writer.write(raw: $0) }
  }
}
