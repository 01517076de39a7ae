import Synchronization
import TestJobs
import Testing

@testable import WorkerFarm

/// Jobs with a state that is kept per worker.
@Suite(.hangGuard) struct StateTests {
  @Test(arguments: Setting.all) func `a state is made once a worker, and taken leave of at the end`(
    setting: Setting
  ) async throws {
    let scratch = Scratch()
    let log = scratch.file("log")
    let uses = try await withWorkerPool(setting.configuration()) { pool in
      let uses = try await pool.map((0..<200).map { _ in Remember(log: log) })
      #expect(lines(of: log) == [])
      return uses
    }
    let byState = Dictionary(grouping: uses, by: \.name)
    #expect(byState.count <= setting.workers)
    for (name, uses) in byState {
      // In order, and one at a time.
      #expect(uses.map(\.before) == Array(uses.indices))
      #expect(lines(of: log).count { $0 == "\(name) \(uses.count)" } == 1)
    }
    #expect(lines(of: log).count == byState.count)
  }

  @Test(arguments: Setting.backends) func `an error in a job leaves the state as it is`(
    setting: Setting
  ) async throws {
    let scratch = Scratch()
    let log = scratch.file("log")
    var configuration = setting.configuration()
    configuration.workers = 1
    let outcomes = try await withWorkerPool(configuration) { pool in
      try await pool.allOutcomes(of: (0..<10).map { Remember(log: log, throwing: $0 % 2 == 0) })
    }
    let uses = try outcomes.filter { $0.index % 2 == 1 }.map { try $0.get() }
    #expect(uses.map(\.before) == [1, 3, 5, 7, 9])
    #expect(lines(of: log).count == 1)
  }

  // One after the other: in this process they share what is refused.
  @Test(.serialized, arguments: Setting.backends)
  func `a state that can't be made fails that job only`(
    setting: Setting
  ) async throws {
    SlowStarter.refusals.withLock { $0 = 1 }
    var configuration = setting.configuration()
    configuration.workers = 1
    let outcomes = try await withWorkerPool(configuration) { pool in
      try await pool.allOutcomes(of: (0..<5).map { SlowStarter(n: $0) })
    }
    #expect(
      throws: JobFailure.thrown(type: "TestJobs.SlowStarter.NotYet", description: "not yet")
    ) { try outcomes[0].get() }
    #expect(try outcomes.dropFirst().map { try $0.get() } == [1001, 1002, 1003, 1004])
  }

  @Test func `a worker that crashes takes its state along`() async throws {
    let scratch = Scratch()
    let log = scratch.file("log")
    var configuration = testConfiguration(workers: 1)
    configuration.retry = .never
    let outcomes = try await withWorkerPool(configuration) { pool in
      try await pool.allOutcomes(of: (0..<10).map { Remember(log: log, crashes: $0 == 4) })
    }
    let uses = try outcomes.filter { $0.index != 4 }.map { try $0.get() }
    // Answers that the first worker held back died with it: those jobs ran again at the second.
    let first = uses.prefix { $0.name != uses[8].name }
    #expect(first.count <= 4)
    #expect(first.map(\.before) == Array(0..<first.count))
    #expect(uses.dropFirst(first.count).map(\.before) == Array(0..<9 - first.count))
    // Only the second one ended in order.
    #expect(lines(of: log) == ["\(uses[8].name) \(9 - first.count)"])
  }

  @Test(arguments: [Setting.processes[0], Setting.threads[0]])
  func
    `recycling ends a state in order`(setting: Setting) async throws
  {
    let scratch = Scratch()
    let log = scratch.file("log")
    var configuration = setting.configuration()
    configuration.recycling.afterJobs = 3
    let uses = try await withWorkerPool(configuration) { pool in
      try await pool.map((0..<10).map { _ in Remember(log: log) })
    }
    #expect(uses.map(\.before) == [0, 1, 2, 0, 1, 2, 0, 1, 2, 0])
    #expect(Set(uses.map(\.name)).count == 4)
    let names = stride(from: 0, to: 10, by: 3).map { "\(uses[$0].name) \(min(3, 10 - $0))" }
    #expect(lines(of: log).map(String.init).sorted() == names.sorted())
  }

  @Test func `without a worker a job has a state for itself`() throws {
    let scratch = Scratch()
    let log = scratch.file("log")
    #expect(try Remember(log: log).run().before == 0)
    #expect(lines(of: log).count == 1)
  }
}
