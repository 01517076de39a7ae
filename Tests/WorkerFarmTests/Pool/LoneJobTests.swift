import Glibc
import TestJobs
import Testing

@testable import WorkerFarm

/// Jobs alone, one after the other, on a thread that may block: they have a way of their own to their worker.
@Suite(.hangGuard) struct LoneJobTests {
  /// Runs a body with a pool whose first worker knows `Square`, and checks that the pool works afterwards.
  private func withWarmPool(
    _ configuration: PoolConfiguration, _ body: @escaping @Sendable (WorkerPool) throws -> Void
  ) async throws {
    try await withWorkerPool(configuration) { pool in
      try await onThread {
        #expect(try pool.runBlocking(Square(n: 3)) == 9)
        try body(pool)
        for n in 0..<50 { #expect(try pool.runBlocking(Square(n: n)) == n * n) }
        #expect(try pool.mapBlocking((0..<50).map(Square.init)) == (0..<50).map { $0 * $0 })
      }
    }
  }

  @Test(arguments: Setting.all) func `come back, whatever their size`(setting: Setting) async throws
  {
    try await withWarmPool(setting.configuration()) { pool in
      // Around what a pipe takes in one piece, and what one holds.
      for size in [0, 1, 4070, 4076, 4077, 4080, 4096, 5000, 65_536, 300_000, 20] {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        for _ in 0..<3 {
          let echo = try pool.runBlocking(Echo(bytes: bytes))
          #expect(echo == bytes)
        }
      }
    }
  }

  @Test(arguments: Setting.all) func `fail by their names, and spoil nothing for the next`(
    setting: Setting
  ) async throws {
    try await withWarmPool(setting.configuration()) { pool in
      for stage in Faulty.Stage.allCases + Faulty.Stage.allCases {
        let result = Result { try pool.runBlocking(Faulty(stage: stage)) }
        guard stage != .nowhere else {
          let stage = try result.get()
          #expect(stage == .nowhere)
          continue
        }
        let failed = #expect(throws: FailedJob<Faulty>.self) { _ = try result.get() }
        let text = "refused when \(stage)"
        #expect(failed?.index == 0 && failed?.input.stage == stage)
        #expect(failed.map { "\($0.failure)".contains(text) } == true, "\(stage): \(result)")
      }
    }
  }

  @Test(arguments: Setting.concurrent) func `that take their time have their outcome`(
    setting: Setting
  ) async throws {
    try await withWarmPool(setting.configuration()) { pool in
      for (id, milliseconds) in [0, 1, 0, 20, 0.02, 0, 3].enumerated() {
        let output = try pool.runBlocking(Work(id: id, milliseconds: milliseconds))
        #expect(output == id)
      }
    }
  }

  /// What a worker may do that ends it, or has to.
  private static let ends: [Misbehave.Way] = [
    .segfault, .trap, .kill, .exit0, .halfFrame, .garbage, .hugeLength, .duplicate, .unknownID,
    .closeOutput,
  ]

  @Test(arguments: ends) func `that end their worker are tried again, then fail by its end`(
    way: Misbehave.Way
  ) async throws {
    try await withWarmPool(testConfiguration(workers: 2)) { pool in
      for _ in 0..<2 {
        let failed = #expect(throws: FailedJob<Misbehave>.self) {
          try pool.runBlocking(Misbehave(id: 1, way: way))
        }
        switch failed?.failure {
        case .crashed, .protocolViolation: break
        default: Issue.record("\(way): \(failed as Any)")
        }
      }
    }
  }

  @Test func `that loop are ended at their deadline`() async throws {
    var configuration = testConfiguration(workers: 1)
    configuration.timeout = .milliseconds(200)
    try await withWarmPool(configuration) { pool in
      let failed = #expect(throws: FailedJob<Misbehave>.self) {
        try pool.runBlocking(Misbehave(id: 1, way: .loop))
      }
      guard case .timedOut = failed?.failure else {
        Issue.record("\(failed as Any)")
        return
      }
    }
  }

  @Test(arguments: [1, 2])
  func `never notice that a worker was killed while it had nothing to do`(workers: Int) async throws
  {
    // Its pipe has no reader then. By default that would be the end of this process.
    signal(SIGPIPE, SIG_DFL)
    try await withWarmPool(testConfiguration(workers: workers)) { pool in
      // A host's thread takes signals, unlike the pool's and the tests'.
      var brokenPipe = sigset_t()
      sigemptyset(&brokenPipe)
      sigaddset(&brokenPipe, SIGPIPE)
      pthread_sigmask(SIG_UNBLOCK, &brokenPipe, nil)
      for n in 0..<20 {
        // All workers are there, and one of them can do the other's job.
        _ = try pool.mapBlocking((0..<2 * workers).map { Work(id: $0, milliseconds: 2) })
        // After this the pool's thread leaves the workers to callers for a while.
        _ = try pool.runBlocking(Square(n: n))
        if let pid = pool.statisticsBlocking().places[0].worker?.pid { kill(pid, SIGKILL) }
        // Now and then it's gone by then, and now and then it isn't.
        usleep(UInt32(n % 4) * 300)
        let square = try pool.runBlocking(Square(n: n))
        #expect(square == n * n)
      }
    }
  }

  @Test(arguments: Setting.concurrent) func `are counted as others are`(setting: Setting)
    async throws
  {
    try await withWorkerPool(setting.configuration()) { pool in
      let statistics = try await onThread {
        for n in 0..<500 { _ = try pool.runBlocking(Square(n: n)) }
        return pool.statisticsBlocking()
      }
      #expect(statistics.jobsDone == 500 && statistics.jobsFailed == 0)
      #expect(statistics.bytesSent > 500 * Frame.headerSize)
      #expect(statistics.bytesReceived > 500 * Frame.headerSize)
      #expect(statistics.busy > .zero)
    }
  }

  @Test func `are seen by whoever has begun to watch`() async throws {
    try await withWorkerPool(testConfiguration(workers: 1)) { pool in
      for n in 0..<50 {
        let events = try await onThread {
          _ = try pool.runBlocking(Square(n: n))
          let events = pool.events()
          _ = try pool.runBlocking(Square(n: n))
          return events
        }
        for await event in events {
          if case .jobsFinished = event { break }
        }
      }
    }
  }

  @Test func `wear a worker out that's to be replaced after so many`() async throws {
    var configuration = testConfiguration(workers: 1)
    configuration.recycling = Recycling(afterJobs: 5)
    try await withWarmPool(configuration) { pool in
      for n in 0..<24 {
        let square = try pool.runBlocking(Square(n: n))
        #expect(square == n * n)
      }
      #expect(pool.statisticsBlocking().started >= 5)
    }
  }

  @Test(arguments: Setting.concurrent) func `of many threads at once don't get in each other's way`(
    setting: Setting
  ) async throws {
    try await withWorkerPool(setting.configuration()) { pool in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for thread in 0..<6 {
          group.addTask {
            try await onThread {
              for n in 0..<300 {
                let number = thread * 1000 + n
                let square = try pool.runBlocking(Square(n: number))
                #expect(square == number * number)
                guard n % 50 == thread else { continue }
                let squares = try pool.mapBlocking((0..<20).map(Square.init))
                #expect(squares.count == 20)
              }
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test(arguments: Setting.concurrent) func `end when the pool does`(setting: Setting) async throws
  {
    let pool = try WorkerPool(setting.configuration())
    async let end = onThread { () -> any Error in
      do {
        while true { _ = try pool.runBlocking(Square(n: 2)) }
      } catch {
        return error
      }
    }
    try await Task.sleep(for: .milliseconds(30))
    await pool.shutdown(.cancel)
    let error = try await end
    // It was under way, or came too late.
    let isCancelled = (error as? FailedJob<Square>)?.failure == .cancelled
    #expect(isCancelled || error as? PoolError == .closed, "\(error)")
  }

  @Test func `patience is given up when it isn't rewarded, and comes back`() {
    var patience = Patience(processors: 2)
    let most = patience.takeLooks()
    #expect(most > 1)
    var between: [Int] = []
    for _ in 0..<10 {
      patience.wasInVain(looks: most)
      var calls = 0
      while patience.takeLooks() == 1 {
        patience.wasInVain(looks: 1)
        calls += 1
      }
      between.append(calls)
    }
    #expect(between == [1, 2, 4, 8, 16, 32, 64, 64, 64, 64])
    patience.wasRewarded()
    patience.wasInVain(looks: most)
    #expect(patience.takeLooks() == 1 && patience.takeLooks() == most)
    var alone = Patience(processors: 1)
    #expect(alone.takeLooks() == 1)
  }
}
