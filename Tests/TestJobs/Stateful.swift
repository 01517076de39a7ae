import Glibc
public import Synchronization
public import WorkerFarm

/// Tells how often its worker's state was used; the state writes to the file when it's taken leave of.
public struct Remember: StatefulJob, Codable {
  public struct State {
    public var name: UInt64
    public var uses = 0
    public var log: String?
  }

  public struct Use: Codable, Hashable, Sendable {
    public var name: UInt64
    /// How often the state was used before.
    public var before: Int
    public var pid: Int32
  }

  public struct Displeased: Error {}

  public var log: String
  /// Exits in place of an answer.
  public var crashes = false
  /// Throws after it has changed the state.
  public var throwing = false

  public init(log: String, crashes: Bool = false, throwing: Bool = false) {
    self.log = log
    self.crashes = crashes
    self.throwing = throwing
  }

  public static func setUp() -> State { State(name: .random(in: 1 ... .max)) }

  public func run(with state: inout State) throws -> Use {
    state.log = log
    if crashes { exit(3) }
    defer { state.uses += 1 }
    if throwing { throw Displeased() }
    return Use(name: state.name, before: state.uses, pid: getpid())
  }

  public static func tearDown(_ state: inout State) {
    guard let log = state.log else { return }
    append(line: "\(state.name) \(state.uses)", to: log)
  }
}

/// A job whose state can't be made the first time in a process.
public struct SlowStarter: StatefulJob, Codable {
  public struct NotYet: Error, CustomStringConvertible {
    public var description: String { "not yet" }
  }

  /// How often it refuses before it's ready.
  public static let refusals = Mutex(1)

  public var n: Int

  public init(n: Int) { self.n = n }

  public static func setUp() throws -> Int {
    let refuses = refusals.withLock { left in
      left -= 1
      return left >= 0
    }
    if refuses { throw NotYet() }
    return 1000
  }

  public func run(with state: inout Int) -> Int { state + n }
}
