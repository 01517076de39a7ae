import Glibc
public import WorkerFarm

/// Writes bytes to standard error, and perhaps dies of it.
public struct Speak: Job, Codable {
  public var bytes: [UInt8]
  public var dies: Bool

  public init(_ bytes: [UInt8], dies: Bool = false) {
    self.bytes = bytes
    self.dies = dies
  }

  public func run() -> Int {
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if count < 0 { break }
      done += count
    }
    if dies { kill(getpid(), SIGKILL) }
    return done
  }
}
