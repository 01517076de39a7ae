import Testing

@testable import WorkerFarm

@Suite struct EngineSimulationTests {
  /// Each is a few system calls; they take a quarter of a minute in a debug build.
  static let steps = 150_000

  /// `FARM_SEED` and `FARM_RUNS` as for the scheduler's simulation.
  @Test func `whatever bytes, deaths and deadlines come, the engine loses nothing`() async throws {
    let wantedRuns = SchedulerSimulationTests.runs
    var seed = SchedulerSimulationTests.firstSeed ?? 1
    var (runs, steps, failures, fingerprint) = (UInt64(0), 0, 0, UInt64(0))
    while failures < 3, wantedRuns.map({ runs < $0 }) ?? (steps < Self.steps) {
      // The other tests want their turns, too.
      if seed % 10 == 0 { await Task.yield() }
      let simulation = try EngineSimulation(seed: seed, isTraced: wantedRuns == 1)
      do {
        try SeedTeller.during(seed, of: .engine) { try simulation.run() }
      } catch {
        failures += 1
        let story = simulation.world.lines.map { "\n" + $0 }.joined()
        Issue.record("\(error); FARM_SEED=\(seed) replays it\(story)")
      }
      steps += simulation.steps
      fingerprint = fingerprint &* 31 &+ simulation.world.random.next()
      runs += 1
      seed &+= 1
    }
    print("engine simulation: \(runs) runs, \(steps) steps, fingerprint \(fingerprint)")
  }

  @Test func `a seed decides all that happens`() throws {
    for seed in 1...20 as ClosedRange<UInt64> {
      let stories = try (0..<2).map { _ in
        let simulation = try EngineSimulation(seed: seed, isTraced: true)
        try simulation.run()
        return simulation.world.lines
      }
      #expect(stories[0] == stories[1] && !stories[0].isEmpty)
    }
  }
}
