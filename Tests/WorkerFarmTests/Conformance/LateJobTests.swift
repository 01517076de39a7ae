import Glibc
import TestJobs
import Testing

@testable import WorkerFarm

/// Jobs that take longer than they may.
@Suite(.hangGuard) struct LateJobTests {
  static let timeout = Duration.seconds(2)

  @Test(arguments: Setting.backends) func `a late job fails by name, and the others don't`(
    setting: Setting
  ) async throws {
    var configuration = setting.configuration()
    configuration.timeout = Self.timeout
    let jobs = (0..<40).map { Work(id: $0, milliseconds: $0 == 12 ? 2500 : 0.1) }
    try await withWorkerPool(configuration) { pool in
      let outcomes = try await pool.allOutcomes(of: jobs)
      #expect(outcomes.map(\.index) == Array(0..<40))
      for outcome in outcomes {
        if outcome.index == 12 {
          #expect(throws: JobFailure.timedOut(after: Self.timeout)) { try outcome.get() }
          #expect(outcome.runTime >= Self.timeout)
        } else {
          #expect(try outcome.get() == outcome.index)
        }
        #expect(outcome.attempts == 1 && setting.isSensible(workerPID: outcome.workerPID))
      }
      let squares = try await pool.map((0..<20).map(Square.init))
      #expect(squares == (0..<20).map { $0 * $0 })
    }
  }

  @Test func `a late thread's place is filled, and in the end all its descriptors are closed`()
    async throws
  {
    let scratch = Scratch()
    // What a process opens with its first pool and its first timer stays open.
    try await withWorkerPool(.threads(count: 2)) { _ = try await $0.run(Square(n: 1)) }
    try await Task.sleep(for: .milliseconds(1))
    let before = descriptorCount()
    let late = (0..<3).map { Linger(path: scratch.file("go\($0)")) }
    var configuration = PoolConfiguration.threads(count: 2)
    configuration.timeout = .milliseconds(500)
    try await withWorkerPool(configuration) { pool in
      for outcome in try await pool.allOutcomes(of: late) {
        #expect(throws: JobFailure.timedOut(after: .milliseconds(500))) { try outcome.get() }
      }
      // All three threads are busy still, more than there are places.
      #expect(late.allSatisfy { $0.hasBegun })
      let squares = try await pool.map((0..<100).map(Square.init))
      #expect(squares == (0..<100).map { $0 * $0 })
    }
    for job in late { job.letGo() }
    try await waitUntil { descriptorCount() <= before }
  }

  @Test func `a thread pool closes without its late jobs`() async throws {
    let scratch = Scratch()
    let job = Linger(path: scratch.file("go"))
    let pool = try WorkerPool(.threads(count: 1))
    let submission = pool.submit(job)
    try await waitUntil { job.hasBegun }
    await pool.shutdown(.cancel)
    #expect(try await submission.outcome.result == .failure(.cancelled))
    job.letGo()
  }
}
