import Glibc
public import WorkerFarm

/// Parts there and back, with nothing before, between or behind them.
public struct Parcel: Job {
  public var parts: [[UInt8]]

  /// Set in a worker, it names a file: the worker that finds it missing makes it and dies of its job.
  public static let crashVariable = "PARCEL_CRASH"

  public init(parts: [[UInt8]]) { self.parts = parts }

  /// All bytes, as they travel.
  public var whole: [UInt8] { parts.reduce(into: []) { $0 += $1 } }

  /// All bytes in three parts, of which the first and the last are short, or empty.
  public func run() -> [[UInt8]] {
    if let path = getenv(Self.crashVariable) {
      let file = open(path, O_CREAT | O_EXCL | O_WRONLY, 0o600)
      if file >= 0 { exit(3) }
    }
    let all = whole
    let cut = min(Int(all.first ?? 0) % 3, all.count / 2)
    let end = all.count - cut
    return [Array(all[..<cut]), Array(all[cut..<end]), Array(all[end...])]
  }

  public func encode(into writer: inout ByteWriter) { Self.write(parts, into: &writer) }

  public init(decoding reader: inout ByteReader) { parts = Self.decodeOutput(&reader) }

  public static func encode(_ output: [[UInt8]], into writer: inout ByteWriter) {
    write(output, into: &writer)
  }

  public static func decodeOutput(_ reader: inout ByteReader) -> [[UInt8]] {
    [reader.readRest().withMemoryRebound(to: UInt8.self) { Array($0) }]
  }

  private static func write(_ parts: [[UInt8]], into writer: inout ByteWriter) {
    for part in parts { writer.write(raw: part) }
  }
}
