/// Workers that misbehave by chance, to try out whether a program bears it.
///
/// ```swift
/// // In the program that the pool's workers run, before its own `serveIfRequested`:
/// Chaos.serveIfRequested(Square.self)
/// WorkerProcess.serveIfRequested(Square.self)
///
/// // In the test:
/// let ledger = try ChaosLedger(Chaos(kill: 0.01, garbage: 0.005, seed: 7))
/// let squares = try await withWorkerPool(ledger.applied(to: PoolConfiguration())) { pool in
///   try await pool.map((1...1000).map(Square.init))
/// }
/// #expect(squares == (1...1000).map { $0 * $0 })
/// #expect(ledger.faults.count > 0)
/// ```
///
/// Which jobs misbehave, and how, follows from the seed and the jobs' encoded inputs alone, so a test that fails
/// fails again. With a ``ChaosLedger`` each job does so once, and its second attempt is as it should be: then a
/// pool that retries gives the same as without chaos. Only workers that call ``serveIfRequested(_:)`` heed it; no
/// other program is touched by the environment variable.
public struct Chaos: Hashable, Sendable {
  /// A way to misbehave.
  public enum Fault: String, Hashable, Sendable, CaseIterable {
    /// SIGKILL.
    case kill
    /// SIGSEGV.
    case crash
    /// Ends with status 0, as if all were well.
    case exit
    /// Writes what isn't a frame.
    case garbage
    /// Stands still for good; without ``WorkerFarm/PoolConfiguration/timeout`` the pool waits as long.
    case stall
    /// Takes a twentieth of a second longer.
    case slow
  }

  /// The share of jobs that misbehave in each way, 0 to 1. What is above 1 in all is cut off.
  public var rates: [Fault: Double]

  /// Other seeds choose other jobs.
  public var seed: UInt64

  public init(
    kill: Double = 0, crash: Double = 0, exit: Double = 0, garbage: Double = 0, stall: Double = 0,
    slow: Double = 0, seed: UInt64 = 0
  ) {
    rates = [
      .kill: kill, .crash: crash, .exit: exit, .garbage: garbage, .stall: stall, .slow: slow,
    ].filter { $0.value != 0 }
    self.seed = seed
  }

  /// When in a job's life it happens.
  enum Moment: Hashable {
    case beforeRun, afterRun
  }

  /// What happens to a job, if anything.
  ///
  /// - Parameter key: stands for the job.
  func fault(key: UInt64) -> (fault: Fault, moment: Moment)? {
    let draw = Self.mix(key ^ Self.mix(seed))
    // 53 bits are what a Double holds; the lowest one decides the moment.
    var rest = Double(draw >> 11) / Double(1 << 53)
    for fault in Fault.allCases {
      let rate = rates[fault] ?? 0
      if rest < rate { return (fault, draw & 1 == 0 ? .beforeRun : .afterRun) }
      rest -= rate
    }
    return nil
  }

  /// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): every bit depends on every other.
  static func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
