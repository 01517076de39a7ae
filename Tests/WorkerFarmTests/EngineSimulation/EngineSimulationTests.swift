import Testing

@testable import WorkerFarm

@Suite struct EngineSimulationTests {
  /// Each is a few system calls; they take a quarter of a minute in a debug build.
  static let steps = 100_000

  /// `FARM_SEED` and `FARM_RUNS` as for the scheduler's simulation.
  @Test func `bytes, deaths and deadlines in whatever order: the engine loses nothing`() async {
    let firstSeed = SchedulerSimulationTests.firstSeed
    let wantedRuns = SchedulerSimulationTests.runs
    var seed = firstSeed ?? 1
    var (runs, steps, failures) = (UInt64(0), 0, 0)
    while failures < 3, wantedRuns.map({ runs < $0 }) ?? (steps < Self.steps) {
      if seed % 10 == 0 { await Task.yield() }
      do {
        let simulation = try EngineSimulation(seed: seed)
        do {
          try simulation.run()
        } catch {
          failures += 1
          let story = wantedRuns == 1 ? simulation.world.lines.joined(separator: "\n") : ""
          Issue.record("\(error); FARM_SEED=\(seed) replays it \(story)")
        }
        steps += simulation.steps
      } catch {
        Issue.record("no pipes for a simulation: \(error)")
        return
      }
      runs += 1
      seed &+= 1
    }
    print("engine simulation: \(runs) runs, \(steps) steps")
  }

  @Test func `a seed decides all that happens`() throws {
    for seed in 1...20 as ClosedRange<UInt64> {
      let stories = try (0..<2).map { _ in
        let simulation = try EngineSimulation(seed: seed)
        try simulation.run()
        return simulation.world.lines
      }
      #expect(stories[0] == stories[1])
    }
  }
}
