import TestJobs
import Testing
import WorkerFarm

@testable import WorkerFarmTesting

@Suite(.hangGuard) struct ChaosTests {
  /// One fault each, so that each is known to be survived.
  static let faults: [Chaos] = [
    Chaos(kill: 0.05, seed: 1), Chaos(crash: 0.05, seed: 2), Chaos(exit: 0.05, seed: 3),
    Chaos(garbage: 0.05, seed: 4), Chaos(slow: 0.05, seed: 5),
    Chaos(kill: 0.02, crash: 0.02, exit: 0.02, garbage: 0.02, slow: 0.02, seed: 6),
  ]

  @Test(arguments: faults) func `a map under chaos returns the same as without`(
    chaos: Chaos
  ) async throws {
    let ledger = try ChaosLedger(chaos)
    var configuration = ledger.applied(to: testConfiguration(workers: 3))
    // Jobs come back free of charge a few times when others of their worker's die, but not for ever.
    configuration.retry = .afterCrashes(attempts: 4)
    let jobs = (0..<400).map(Square.init)
    let squares = try await withWorkerPool(configuration) { try await $0.map(jobs) }
    #expect(squares == jobs.map { $0.n * $0.n })
    #expect(ledger.faults.values.reduce(0, +) > 5, "\(ledger.faults)")
    #expect(Set(ledger.faults.keys) == Set(chaos.rates.keys))
  }

  @Test func `a job with a state bears it, and so do stalls with a timeout`() async throws {
    let ledger = try ChaosLedger(Chaos(kill: 0.05, stall: 0.02, seed: 8))
    var configuration = ledger.applied(to: testConfiguration(workers: 3))
    configuration.timeout = .milliseconds(500)
    configuration.retry = RetryPolicy(attempts: 6)
    let outputs = try await withWorkerPool(configuration) { pool in
      try await pool.map((0..<200).map(Countdown.init))
    }
    #expect(outputs == (0..<200).map { Countdown.start - $0 })
    #expect(ledger.faults[.stall] ?? 0 > 0 && ledger.faults[.kill] ?? 0 > 0, "\(ledger.faults)")
  }

  @Test func `the seed decides which jobs misbehave`() async throws {
    let faults = try await (0..<2).asyncMap { _ in
      let ledger = try ChaosLedger(Chaos(kill: 0.03, exit: 0.03, seed: 9))
      var configuration = ledger.applied(to: testConfiguration())
      configuration.retry = .afterCrashes(attempts: 4)
      let jobs = (0..<200).map(Square.init)
      _ = try await withWorkerPool(configuration) { try await $0.map(jobs) }
      return ledger.faults
    }
    #expect(faults[0] == faults[1] && !faults[0].isEmpty)
  }

  @Test func `without a ledger a job misbehaves every time that chance has it`() async throws {
    var configuration = testConfiguration()
    configuration.command.environment[Chaos.variable] = "exit=100%"
    let outcomes = try await withWorkerPool(configuration) { pool in
      var outcomes: [Outcome<Square>] = []
      for try await outcome in pool.outcomes(of: [Square(n: 3)]) { outcomes.append(outcome) }
      return outcomes
    }
    #expect(outcomes.map(\.attempts) == [2])
    #expect(throws: JobFailure.crashed(.exited(status: 0), lastWords: "")) { try outcomes[0].get() }
  }

  @Test func `a worker that doesn't understand its chaos says so`() async throws {
    var configuration = testConfiguration(workers: 1)
    configuration.command.environment[Chaos.variable] = "kill=often"
    configuration.restartBudget = 1
    let error = await #expect(throws: PoolError.self) {
      try await withWorkerPool(configuration) { try await $0.map([Square(n: 3)]) }
    }
    #expect(error.map { "\($0)" }?.contains("kill=often") == true, "\(error as Any)")
  }

  @Test(
    arguments: [
      ("kill=1%,stall=0.5%", Chaos(kill: 0.01, stall: 0.005)),
      ("slow=1", Chaos(slow: 1)),
      ("garbage=0.25,seed=12", Chaos(garbage: 0.25, seed: 12)),
    ])
  func `chaos is read as it's written`(text: String, chaos: Chaos) {
    #expect(Chaos(argument: text) == chaos)
    #expect(Chaos(argument: "\(chaos)") == chaos)
  }

  @Test(
    arguments: [
      "", "kill", "kill=", "kill=x", "kill=101%", "kill=-1%", "kill=nan", "maim=1%", "seed=x",
      "kill=1%,", "=1%",
    ])
  func `what isn't a list of faults is refused`(text: String) {
    #expect(Chaos(argument: text) == nil)
  }

  @Test func `rates are kept`() {
    let chaos = Chaos(kill: 0.1, slow: 0.3, seed: 3)
    let drawn = (0..<100_000).compactMap { chaos.fault(key: UInt64($0))?.fault }
    let kills = drawn.count { $0 == .kill }
    #expect((9_000...11_000).contains(kills) && (28_000...32_000).contains(drawn.count - kills))
  }
}

extension Sequence {
  fileprivate func asyncMap<T>(_ body: (Element) async throws -> T) async rethrows -> [T] {
    var results: [T] = []
    for element in self { results.append(try await body(element)) }
    return results
  }
}
