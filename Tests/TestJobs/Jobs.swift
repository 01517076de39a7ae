public import WorkerFarm

/// The example of the documentation, as a user writes it.
public struct Square: Job, Codable {
  public var n: Int

  public init(n: Int) { self.n = n }

  public func run() throws -> Int {
    struct TooLarge: Error, CustomStringConvertible { var description: String { "too large" } }
    let (square, overflow) = n.multipliedReportingOverflow(by: n)
    if overflow { throw TooLarge() }
    return square
  }
}

/// Bytes there and back, encoded by hand.
public struct Echo: Job {
  public var bytes: [UInt8]

  public init(bytes: [UInt8]) { self.bytes = bytes }

  public func run() -> [UInt8] { bytes }

  public func encode(into writer: inout ByteWriter) { writer.write(bytes: bytes) }

  public init(decoding reader: inout ByteReader) throws { bytes = try reader.readBytes() }

  public static func encode(_ output: [UInt8], into writer: inout ByteWriter) {
    writer.write(bytes: output)
  }

  public static func decodeOutput(_ reader: inout ByteReader) throws -> [UInt8] {
    try reader.readBytes()
  }
}

/// Computes or sleeps for a while, so that tests have something to interrupt.
public struct Work: Job, Codable {
  public var id: Int
  public var milliseconds: Double

  public init(id: Int, milliseconds: Double) {
    self.id = id
    self.milliseconds = milliseconds
  }

  public func run() -> Int {
    let end = ContinuousClock.now + .microseconds(Int(milliseconds * 1000))
    var sum = 0
    while ContinuousClock.now < end { sum &+= id }
    return id
  }
}
