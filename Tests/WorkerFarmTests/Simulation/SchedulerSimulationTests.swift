import Glibc
import Testing

@testable import WorkerFarm

@Suite struct SchedulerSimulationTests {
  /// Events, and turns of the engine: three million in all, as many as a debug build does in less than a minute.
  static let stepsPerProfile = 3_000_000 / SimulationProfile.all.count + 1

  /// `FARM_SEED=123 swift test --filter Simulation` replays one seed in every profile, and says what
  /// happened in a run that fails.
  static let firstSeed = number("FARM_SEED")

  /// `FARM_RUNS=50000` makes so many runs in every profile, with consecutive seeds.
  static let runs = number("FARM_RUNS") ?? firstSeed.map { _ in 1 }

  private static func number(_ variable: String) -> UInt64? {
    getenv(variable).flatMap { UInt64(String(cString: $0)) }
  }

  @Test(arguments: SimulationProfile.all)
  func `whatever happens in whatever order, the scheduler keeps its promises`(
    profile: SimulationProfile
  ) async {
    var seed = Self.firstSeed ?? 1
    var (runs, steps, failures) = (UInt64(0), 0, 0)
    var refused: [FalseReply: Int] = [:]
    while failures < 3, Self.runs.map({ runs < $0 }) ?? (steps < Self.stepsPerProfile) {
      // The other tests want their turns, too.
      if seed % 10 == 0 { await Task.yield() }
      let simulation = Simulation(seed: seed, profile: profile, traced: Self.runs == 1)
      do {
        try SeedTeller.during(seed, of: .scheduler) { try simulation.run() }
      } catch {
        failures += 1
        let story = simulation.trace.map { "\n" + $0.lines.joined(separator: "\n") } ?? ""
        Issue.record("\(error); FARM_SEED=\(seed) replays it\(story)")
      }
      refused.merge(simulation.refused) { $0 + $1 }
      steps += simulation.steps
      runs += 1
      seed &+= 1
    }
    print("simulation: \(runs) runs, \(steps) steps, of which", terminator: " ")
    print("\(refused.values.reduce(0, +)) false replies: \(profile.name)")
    if Self.runs == nil && profile.breach > 0 {
      #expect(refused.count == FalseReply.allCases.count, "some weren't tried")
    }
  }

  @Test func `a seed decides all that happens`() throws {
    for profile in SimulationProfile.all {
      let stories = try (0..<2).map { _ in
        let simulation = Simulation(seed: 7, profile: profile, traced: true)
        try simulation.run()
        return simulation.trace?.lines ?? []
      }
      #expect(stories[0] == stories[1] && !stories[0].isEmpty)
    }
  }
}
