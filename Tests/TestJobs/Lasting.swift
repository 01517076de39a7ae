import Glibc
public import Synchronization
public import WorkerFarm

/// Waits until a file is there, and tells by another one that it has begun. A thread can't be killed, so a test lets
/// it go in the end.
public struct Linger: Job, Codable {
  public var path: String

  public init(path: String) { self.path = path }

  public var begunPath: String { path + ".begun" }

  public func run() -> Int32 {
    Self.touch(begunPath)
    while access(path, F_OK) != 0 { usleep(1000) }
    return getpid()
  }

  /// Makes the file that it waits for.
  public func letGo() { Self.touch(path) }

  public var hasBegun: Bool { access(begunPath, F_OK) == 0 }

  private static func touch(_ path: String) {
    let file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
    if file >= 0 { close(file) }
  }
}

/// Counts how many were begun in this process; the first ones of a run are quick.
public struct Counted: Job {
  public static let begun = Atomic(0)

  public var microseconds: Int

  public init(microseconds: Int) { self.microseconds = microseconds }

  public func run() {
    Self.begun.wrappingAdd(1, ordering: .relaxed)
    if microseconds > 0 { usleep(UInt32(microseconds)) }
  }

  public func encode(into writer: inout ByteWriter) { writer.write(microseconds) }
  public init(decoding reader: inout ByteReader) throws { microseconds = try reader.read() }
}

/// Fails until it was begun as often as it wants to be; says when that was, in nanoseconds of the monotonic clock.
public struct Flaky: Job, Codable {
  public struct NotYet: Error, CustomStringConvertible {
    public var description: String
  }

  /// One number a line for each attempt.
  public var log: String
  public var failures: Int
  /// Exits in place of an error.
  public var crashes: Bool

  public init(log: String, failures: Int, crashes: Bool = false) {
    self.log = log
    self.failures = failures
    self.crashes = crashes
  }

  public func run() throws -> [UInt64] {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let now = UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    append(line: "\(now)", to: log)
    let attempts = lines(of: log).compactMap { UInt64($0) }
    if attempts.count > failures { return attempts }
    if crashes { exit(3) }
    throw NotYet(description: "attempt \(attempts.count)")
  }
}

public func append(line: String, to path: String) {
  let bytes = Array("\(line)\n".utf8)
  let file = open(path, O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0o600)
  _ = write(file, bytes, bytes.count)
  close(file)
}

public func lines(of path: String) -> [Substring] {
  guard let file = fopen(path, "r") else { return [] }
  defer { fclose(file) }
  var bytes = [UInt8](repeating: 0, count: 1 << 20)
  let count = fread(&bytes, 1, bytes.count, file)
  return String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
}
