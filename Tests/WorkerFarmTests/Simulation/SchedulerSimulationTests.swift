import Glibc
import Testing

@testable import WorkerFarm

@Suite struct SchedulerSimulationTests {
  /// With the profiles there are, a hundred thousand runs in all.
  static let runsPerProfile: UInt64 = 10_000

  /// `FARM_SEED=123 swift test --filter Simulation` replays one seed in every profile, and says what
  /// happened in a run that fails.
  static let replayedSeed = getenv("FARM_SEED").flatMap { UInt64(String(cString: $0)) }

  @Test(arguments: SimulationProfile.all)
  func `whatever happens in whatever order, the scheduler keeps its promises`(
    profile: SimulationProfile
  ) async {
    let seeds = Self.replayedSeed.map { $0...$0 } ?? 1...Self.runsPerProfile
    var failures = 0
    for seed in seeds {
      // The other tests want their turns, too.
      if seed % 10 == 0 { await Task.yield() }
      let simulation = Simulation(seed: seed, profile: profile, traced: Self.replayedSeed != nil)
      do {
        try simulation.run()
      } catch {
        failures += 1
        let story = simulation.trace.map { "\n" + $0.lines.joined(separator: "\n") } ?? ""
        Issue.record("\(error); FARM_SEED=\(seed) replays it\(story)")
        if failures == 3 { return }
      }
    }
  }
}
