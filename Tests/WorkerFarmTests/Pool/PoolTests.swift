import TestJobs
import Testing

@testable import WorkerFarm

@Suite(.hangGuard) struct PoolTests {
  @Test(arguments: [1, 2, 3, 8]) func `map returns the outputs in input order`(
    workers: Int
  ) async throws {
    let squares = try await withWorkerPool(testConfiguration(workers: workers)) { pool in
      try await pool.map((0..<500).map(Square.init))
    }
    #expect(squares == (0..<500).map { $0 * $0 })
  }

  @Test func `a thread may wait for its results`() async throws {
    let squares = try await onThread {
      let pool = try WorkerPool(testConfiguration())
      defer { pool.shutdownBlocking() }
      return try pool.mapBlocking((0..<500).map(Square.init))
    }
    #expect(squares == (0..<500).map { $0 * $0 })
  }

  @Test func `no input, no output, no worker`() async throws {
    let tag = makeTag()
    try await withWorkerPool(testConfiguration(tag: tag)) { pool in
      let outputs = try await pool.map([] as [Square])
      #expect(outputs == [])
      #expect(processes(tagged: tag) == [])
    }
  }

  @Test func `unordered outcomes come as they're ready, each once`() async throws {
    try await withWorkerPool(testConfiguration()) { pool in
      // The first sleeps long enough for the others to overtake it.
      let jobs = (0..<200).map { Work(id: $0, milliseconds: $0 == 0 ? 300 : 0) }
      var indices: [Int] = []
      for try await outcome in pool.outcomes(of: jobs, ordered: false) {
        #expect(try outcome.get() == outcome.index && outcome.input.id == outcome.index)
        indices.append(outcome.index)
      }
      #expect(indices.first != 0)
      #expect(indices.sorted() == Array(0..<200))
    }
  }

  @Test func `payloads of a megabyte and every byte value come back whole`() async throws {
    let jobs = (0..<3).map { start in
      Echo(bytes: (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &+ start &+ $0 >> 8) })
    }
    let echoes = try await withWorkerPool(testConfiguration()) { try await $0.map(jobs) }
    #expect(echoes.count == jobs.count)
    for (echo, job) in zip(echoes, jobs) { #expect(echo == job.bytes) }
  }

  @Test func `one pool serves several calls at once, of several types`() async throws {
    try await withWorkerPool(testConfiguration()) { pool in
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for start in 0..<4 {
          group.addTask {
            let jobs = (start..<start + 300).map(Square.init)
            return try await pool.map(jobs) == jobs.map { $0.n * $0.n }
          }
          group.addTask {
            let jobs = (0..<50).map { Echo(bytes: Array(repeating: UInt8(start), count: $0)) }
            return try await pool.map(jobs) == jobs.map(\.bytes)
          }
        }
        for try await isRight in group { #expect(isRight) }
      }
    }
  }

  @Test func `two pools don't get in each other's way`() async throws {
    async let first = withWorkerPool(testConfiguration()) { pool in
      try await pool.map((0..<300).map(Square.init))
    }
    async let second = withWorkerPool(testConfiguration()) { pool in
      try await pool.map((300..<600).map(Square.init))
    }
    #expect(try await first + second == (0..<600).map { $0 * $0 })
  }

  /// A consumer's last receipt often crosses the engine's word that the stream is finished.
  @Test func `many short calls follow each other on one pool`() async throws {
    let sums = try await onThread {
      let pool = try WorkerPool(testConfiguration())
      defer { pool.shutdownBlocking() }
      return try (0..<400).map { count in
        try pool.mapBlocking((0..<count % 7).map(Square.init)).count
      }
    }
    #expect(sums == (0..<400).map { $0 % 7 })
  }

  /// Replies of short jobs are written several at a time, and their worker may be busy for long after.
  @Test func `the results of short jobs don't wait for the long one behind them`() async throws {
    let pool = try WorkerPool(testConfiguration(workers: 1))
    let jobs = (0..<200).map { Work(id: $0, milliseconds: $0 < 199 ? 0 : 600_000) }
    for try await outcome in pool.outcomes(of: jobs) where outcome.index == 198 { break }
    await pool.shutdown(.cancel)
  }

  @Test func `an outcome tells its times, attempts and worker`() async throws {
    try await withWorkerPool(testConfiguration(workers: 1)) { pool in
      let jobs = (0..<60).map { Work(id: $0, milliseconds: $0 % 20 == 0 ? 20 : 0.01) }
      var worked = Duration.zero
      for try await outcome in pool.outcomes(of: jobs) {
        #expect(outcome.attempts == 1 && outcome.workerPID ?? 0 > 0)
        #expect(outcome.queueTime >= .zero && outcome.queueTime < .seconds(3600))
        #expect(outcome.runTime > .zero && outcome.runTime < .seconds(3600))
        worked += outcome.runTime
      }
      // Only the sum is sure: jobs answered in one go share their time evenly.
      #expect(worked >= .milliseconds(60))
    }
  }
}
