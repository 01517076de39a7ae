import Glibc
import Synchronization
public import WorkerFarm

/// What a worker's surroundings look like from within.
public struct LookAround: Job, Codable {
  public struct View: Codable, Sendable {
    public var niceness: Int32
    /// Numbers below 64.
    public var processors: Set<Int>
    public var directory: String
    public var variable: String?
    public var pid: Int32
  }

  public var variable: String

  public init(variable: String) { self.variable = variable }

  /// As the kernel tells the calling thread: a mask in hexadecimal digits, 32 bits between two commas.
  private static var processors: Set<Int> {
    let line = lines(of: "/proc/thread-self/status").first { $0.hasPrefix("Cpus_allowed:") }
    let digits = (line ?? "").dropFirst("Cpus_allowed:".count).filter(\.isHexDigit).suffix(16)
    let word = UInt64(digits, radix: 16) ?? 0
    return Set((0..<64).filter { word >> $0 & 1 == 1 })
  }

  public func run() -> View {
    var path = [UInt8](repeating: 0, count: 4096)
    let found = path.withUnsafeMutableBytes { bytes in
      getcwd(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count) != nil
    }
    return View(
      niceness: getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0),
      processors: Self.processors,
      directory: found ? String(decoding: path.prefix { $0 != 0 }, as: UTF8.self) : "",
      variable: getenv(variable).map { String(cString: $0) }, pid: getpid())
  }
}

/// Takes memory and keeps it for as long as its worker lives.
public struct Leak: Job, Codable {
  private static let hoard = Mutex<[[UInt8]]>([])

  public var bytes: Int

  public init(bytes: Int) { self.bytes = bytes }

  public func run() -> Int32 {
    Self.hoard.withLock { $0.append([UInt8](repeating: 1, count: bytes)) }
    return getpid()
  }
}

/// Takes memory bit by bit.
public struct Gobble: Job, Codable {
  public var bytes: Int
  public var bite: Int

  public init(bytes: Int, bite: Int) {
    self.bytes = bytes
    self.bite = bite
  }

  public func run() -> Int {
    var bites: [[UInt8]] = []
    while bites.count * bite < bytes {
      bites.append([UInt8](repeating: 1, count: bite))
      usleep(5000)
    }
    return bites.count
  }
}

/// Opens a pool of its own.
public struct Nest: Job, Codable {
  public enum Backend: String, Codable, Sendable, CaseIterable { case processes, threads, inline }

  public var backend: Backend
  /// The program of worker processes.
  public var program: String
  /// Squares the numbers below.
  public var count: Int
  /// How many pools in pools.
  public var depth: Int

  public init(backend: Backend, program: String, count: Int, depth: Int = 1) {
    self.backend = backend
    self.program = program
    self.count = count
    self.depth = depth
  }

  public func run() throws -> Int {
    var configuration: PoolConfiguration =
      switch backend {
      case .processes: .processes(count: 2, command: WorkerCommand(executable: program))
      case .threads: .threads(count: 2)
      case .inline: .inline
      }
    configuration.startTimeout = .seconds(60)
    let pool = try WorkerPool(configuration)
    defer { pool.shutdownBlocking() }
    if depth > 1 {
      var inner = self
      inner.depth -= 1
      return try pool.mapBlocking([inner, inner]).reduce(0, +)
    }
    return try pool.reduceBlocking((0..<count).map(Square.init), into: 0) { $0 += $1 }
  }
}
