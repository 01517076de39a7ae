import Glibc
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

/// Subtracts from a number that its worker keeps.
public struct Countdown: StatefulJob, Codable {
  public typealias Output = Int

  public static let start = 1000

  public var n: Int

  public init(n: Int) { self.n = n }

  public static func setUp() -> Int { start }

  public func run(with start: inout Int) -> Int { start - n }
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

/// Asks for memory, and says when it had it.
public struct Hungry: Job, Codable {
  public var bytes: Int
  public var milliseconds: Double
  /// Takes it as well.
  public var allocates = false

  public struct Meal: Sendable, Codable {
    public var allowance: Int
    public var begin: UInt64
    public var end: UInt64
  }

  public init(bytes: Int, milliseconds: Double, allocates: Bool = false) {
    self.bytes = bytes
    self.milliseconds = milliseconds
    self.allocates = allocates
  }

  public func run() throws -> Meal {
    if !allocates { try JobMemory.claim(bytes) }
    let begin = Self.now()
    if allocates { _ = [UInt8](repeating: 1, count: bytes).reduce(0, &+) }
    _ = Work(id: 1, milliseconds: milliseconds).run()
    return Meal(allowance: JobMemory.allowance, begin: begin, end: Self.now())
  }

  /// By a clock that all processes share.
  private static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
