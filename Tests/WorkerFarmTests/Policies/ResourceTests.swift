import Glibc
import TestJobs
import Testing

@testable import WorkerFarm

/// What workers have of the machine.
@Suite(.hangGuard) struct ResourceTests {
  @Test func `who takes too much memory fails by name, and the others don't notice`() async throws {
    var configuration = testConfiguration()
    configuration.workerMemoryLimit = 150 << 20
    try await withWorkerPool(configuration) { pool in
      let jobs = (0..<12).map { index in
        Gobble(bytes: index == 5 ? 4 << 30 : 20 << 20, bite: 10 << 20)
      }
      for outcome in try await pool.allOutcomes(of: jobs) {
        switch outcome.result {
        case .success(let bites): #expect(outcome.index != 5 && bites == 2)
        case .failure(.memoryLimit(let needed, let allowed)):
          #expect(outcome.index == 5 && allowed == 150 << 20 && needed > allowed)
        case .failure: Issue.record("\(outcome)")
        }
        #expect(outcome.attempts == 1)
      }
    }
  }

  @Test func `who takes too much memory at once isn't given it`() async throws {
    var configuration = testConfiguration()
    configuration.workerMemoryLimit = 150 << 20
    try await withWorkerPool(configuration) { pool in
      let jobs = (0..<6).map { index in
        Hungry(bytes: index == 3 ? 4 << 30 : 1000, milliseconds: 1, allocates: true)
      }
      for outcome in try await pool.allOutcomes(of: jobs) {
        switch outcome.result {
        case .success: #expect(outcome.index != 3 && outcome.attempts == 1)
        case .failure(.memoryLimit(_, let allowed)):
          #expect(outcome.index == 3 && allowed == 150 << 20)
        case .failure: Issue.record("\(outcome)")
        }
      }
    }
  }

  @Test(arguments: Setting.backends) func `a job's surroundings are what the pool was told`(
    setting: Setting
  ) async throws {
    let scratch = Scratch()
    var configuration = setting.configuration()
    configuration.traits = WorkerTraits(niceness: 3, processors: [0])
    configuration.command.directory = scratch.path
    configuration.command.environment = ["FARM_TEST_VARIABLE": "here"]
    configuration.command.environment["HOME"] = .some(nil)
    let own = LookAround(variable: "HOME").run()
    let views = try await withWorkerPool(configuration) { pool in
      try await pool.map(["FARM_TEST_VARIABLE", "HOME"].map(LookAround.init))
    }
    if setting.backend == .inline {
      #expect(views.allSatisfy { $0.niceness == own.niceness && $0.directory == own.directory })
      return
    }
    for view in views {
      #expect(view.niceness == min(19, own.niceness + 3))
      #expect(view.processors == [0])
    }
    guard setting.backend == .processes else { return }
    #expect(views.allSatisfy { $0.directory == scratch.path })
    #expect(views[0].variable == "here" && views[1].variable == nil)
    // This process stays as it was.
    let after = LookAround(variable: "FARM_TEST_VARIABLE").run()
    #expect(after.niceness == own.niceness && after.directory == own.directory)
    #expect(after.processors == own.processors && after.variable == nil)
  }

  @Test func `processors that there aren't change nothing`() async throws {
    var configuration = testConfiguration(workers: 1)
    configuration.traits.processors = [1000, -1, .max]
    let view = try await withWorkerPool(configuration) { pool in
      try await pool.run(LookAround(variable: ""))
    }
    #expect(view.processors == LookAround(variable: "").run().processors)
  }

  @Test func `a directory that there isn't is an error that names the program`() async throws {
    var configuration = testConfiguration(workers: 1)
    configuration.command.directory = "/nowhere/at/all"
    let pool = try WorkerPool(configuration)
    await #expect {
      try await pool.run(Square(n: 1))
    } throws: { error in
      guard case PoolError.noWorkers(let reason) = error else { return false }
      return reason.contains("test-worker") && reason.contains("No such file or directory")
    }
    await pool.shutdown()
  }
}
