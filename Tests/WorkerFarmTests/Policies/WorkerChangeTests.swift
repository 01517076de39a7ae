import Synchronization
import TestJobs
import Testing

@testable import WorkerFarm

/// Workers that are replaced, become more, or become fewer, while jobs run.
@Suite(.hangGuard) struct WorkerChangeTests {
  @Test(arguments: [1, 2, 5], [true, false])
  func
    `a worker goes after so many jobs`(limit: Int, sharesFrames: Bool) async throws
  {
    var configuration = testConfiguration(workers: 2)
    configuration.recycling = Recycling(afterJobs: limit)
    configuration.sharesFrames = sharesFrames
    try await withWorkerPool(configuration) { pool in
      let outcomes = try await pool.allOutcomes(of: (0..<30).map(Square.init))
      #expect(try outcomes.map { try $0.get() } == (0..<30).map { $0 * $0 })
      #expect(outcomes.allSatisfy { $0.attempts == 1 })
      let jobs = Dictionary(grouping: outcomes, by: \.workerPID)
      #expect(jobs.values.allSatisfy { $0.count <= limit })
    }
  }

  @Test func `a worker goes when its time is over`() async throws {
    var configuration = testConfiguration(workers: 1)
    configuration.recycling = Recycling(afterTime: .milliseconds(100))
    try await withWorkerPool(configuration) { pool in
      let jobs = (0..<40).map { Work(id: $0, milliseconds: 10) }
      let outcomes = try await pool.allOutcomes(of: jobs)
      #expect(try outcomes.map { try $0.get() } == Array(0..<40))
      #expect(outcomes.allSatisfy { $0.attempts == 1 })
      #expect(Set(outcomes.map(\.workerPID)).count > 1)
    }
  }

  @Test func `a worker that grew too large goes between jobs`() async throws {
    var configuration = testConfiguration(workers: 1)
    configuration.recycling = Recycling(aboveResidentBytes: 200 << 20)
    try await withWorkerPool(configuration) { pool in
      let pids = try await pool.map((0..<12).map { _ in Leak(bytes: 60 << 20) })
      // Three or four fit; one more may be on its way when it's found out.
      let jobs = Dictionary(grouping: pids) { $0 }
      #expect(jobs.count > 1)
      #expect(jobs.values.allSatisfy { $0.count <= 5 })
    }
    try await withWorkerPool(testConfiguration(workers: 1)) { pool in
      let pids = try await pool.map((0..<12).map { _ in Leak(bytes: 60 << 20) })
      #expect(Set(pids).count == 1)
    }
  }

  @Test(arguments: Setting.concurrent, [true, false])
  func
    `resizing while jobs run loses none`(setting: Setting, ordered: Bool) async throws
  {
    try await withWorkerPool(setting.configuration()) { pool in
      let jobs = (0..<3000).map { Work(id: $0, milliseconds: $0 % 10 == 0 ? 0.5 : 0) }
      var random = SeededGenerator(seed: 7)
      var indices: [Int] = []
      for try await outcome in pool.outcomes(of: jobs, ordered: ordered) {
        #expect(try outcome.get() == outcome.index)
        #expect(outcome.attempts == 1)
        indices.append(outcome.index)
        if indices.count % 100 == 0 { pool.resize(to: .random(in: 1...6, using: &random)) }
      }
      #expect((ordered ? indices : indices.sorted()) == Array(0..<3000))
    }
  }

  /// Who is given two when he's the first to be ready lets one of them wait for the other.
  @Test(arguments: Setting.concurrent, [4, 5, 7])
  func
    `no worker gets a second job while another could have it as its first`(
      setting: Setting, count: Int
    ) async throws
  {
    let scratch = Scratch()
    var configuration = setting.configuration()
    configuration.workers = 4
    let jobs = (0..<count).map { Linger(path: scratch.file("\($0)")) }
    try await withWorkerPool(configuration) { pool in
      let task = Task { try await pool.map(jobs) }
      try await waitUntil { jobs.count(where: \.hasBegun) == 4 }
      for job in jobs { job.letGo() }
      #expect(try await task.value.count == count)
    }
  }

  @Test func `as many workers live as the pool was last told`() async throws {
    let tag = makeTag()
    let scratch = Scratch()
    let pool = try WorkerPool(testConfiguration(workers: 1, tag: tag))
    // One runs, one waits in its worker's pipe, and the others wait for workers of their own.
    let jobs = (0..<7).map { Linger(path: scratch.file("\($0)")) }
    let submissions = jobs.map { pool.submit($0) }
    try await waitUntil { jobs.count(where: \.hasBegun) == 1 }
    #expect(processes(tagged: tag).count == 1)
    pool.resize(to: 6)
    try await waitUntil { jobs.count(where: \.hasBegun) == 6 }
    #expect(processes(tagged: tag).count == 6)
    pool.resize(to: 2)
    // Those that are too many finish what they do.
    for job in jobs { job.letGo() }
    var pids: Set<Int32> = []
    for submission in submissions { pids.insert(try await submission.output) }
    #expect(pids.count == 6)
    try await waitUntil { processes(tagged: tag).count == 2 }
    #expect(try await pool.map((0..<50).map(Square.init)) == (0..<50).map { $0 * $0 })
    #expect(processes(tagged: tag).count == 2)
    await pool.shutdown()
    #expect(processes(tagged: tag) == [])
  }

  /// The budget is that of the workers that there are, not of those that there were.
  @Test func `a pool that has grown survives as many deaths as one that was made so large`()
    async throws
  {
    let pool = try WorkerPool(testConfiguration(workers: 1))
    pool.resize(to: 16)
    let killers = (0..<32).map { Misbehave(id: $0, way: .exit7) }
    let outcomes = try await pool.allOutcomes(of: killers, ordered: false)
    #expect(outcomes.count == 32)
    for outcome in outcomes {
      #expect(throws: JobFailure.crashed(.exited(status: 7), lastWords: "")) { try outcome.get() }
    }
    await pool.shutdown()
  }
}
