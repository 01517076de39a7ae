import TestJobs
import Testing

@testable import WorkerFarm

@Suite(.hangGuard) struct LeavingTests {
  @Test(arguments: [WorkerPool.Shutdown.drain, .cancel])
  func
    `who leaves the loop early leaves no process`(shutdown: WorkerPool.Shutdown) async throws
  {
    let tag = makeTag()
    let pool = try WorkerPool(testConfiguration(tag: tag))
    let inputs = CountedInputs { Work(id: $0, milliseconds: 1) }
    for try await outcome in pool.outcomes(of: inputs) where outcome.index == 20 { break }
    await pool.shutdown(shutdown)
    #expect(processes(tagged: tag) == [])
  }

  @Test func `a cancelled task leaves no process, though its jobs would never end`() async throws {
    let tag = makeTag()
    let task = Task {
      try await withWorkerPool(testConfiguration(tag: tag)) { pool in
        try await pool.map((0..<10).map { Misbehave(id: $0, way: .loop) })
      }
    }
    try await waitUntil { processes(tagged: tag).count == 2 }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(processes(tagged: tag) == [])
  }

  @Test func `a pool that is only dropped leaves no process`() async throws {
    let tag = makeTag()
    do {
      let pool = try WorkerPool(testConfiguration(tag: tag))
      #expect(try await pool.map((0..<10).map(Square.init)).count == 10)
      #expect(!processes(tagged: tag).isEmpty)
    }
    try await waitUntil { processes(tagged: tag).isEmpty }
  }

  @Test func `a cancelled call doesn't wait for another's endless job`() async throws {
    let pool = try WorkerPool(testConfiguration(workers: 1))
    let directory = makeTemporaryDirectory()
    let endless = Task {
      try await pool.map([Misbehave(id: 0, way: .loop, onceFile: directory + "/began")])
    }
    try await waitUntil { readFile(directory + "/began") != nil }
    let behind = Task { try await pool.map([Square(n: 1)]) }
    try await Task.sleep(for: .milliseconds(50))
    behind.cancel()
    await #expect(throws: CancellationError.self) { try await behind.value }
    endless.cancel()
    await #expect(throws: CancellationError.self) { try await endless.value }
    await pool.shutdown()
    removeDirectory(directory)
  }

  @Test func `calls that are broken off cost the others nothing`() async throws {
    try await withWorkerPool(testConfiguration()) { pool in
      let steady = Task { () -> Int in
        var count = 0
        for try await outcome in pool.outcomes(of: (0..<200).map { Work(id: $0, milliseconds: 2) })
        {
          // Its worker may have begun it in the moment in which it was killed for another call's job:
          // then it's begun again, and nobody is charged.
          if try outcome.get() == count { count += 1 }
        }
        return count
      }
      for _ in 0..<20 {
        let inputs = CountedInputs { Work(id: $0, milliseconds: 1) }
        for try await outcome in pool.outcomes(of: inputs) where outcome.index == 3 { break }
      }
      #expect(try await steady.value == 200)
    }
  }

  @Test(arguments: [true, false]) func `a run can be ended from outside`(aborting: Bool)
    async throws
  {
    let counts = try await onThread { () -> (succeeded: Int, cancelled: Int) in
      let pool = try WorkerPool(testConfiguration())
      defer { pool.shutdownBlocking() }
      let inputs = CountedInputs { Work(id: $0, milliseconds: 1) }
      var outcomes = pool.outcomes(of: inputs).makeBlockingIterator()
      let canceller = outcomes.canceller
      var succeeded = 0
      var cancelled = 0
      while let outcome = try outcomes.next() {
        switch outcome.result {
        case .success(let id): succeeded += id == outcome.index ? 1 : 1000
        case .failure(.cancelled): cancelled += 1
        case .failure(let failure): throw failure
        }
        if outcome.index == 30 { aborting ? canceller.abort() : canceller.stop() }
      }
      // Every input that was pulled has its outcome.
      guard succeeded + cancelled == inputs.counter.count else { return (0, 0) }
      return (succeeded, cancelled)
    }
    #expect(counts.succeeded >= 31 && counts.cancelled > 0)
  }

  @Test func `a pool may be drained while a call goes on`() async throws {
    let pool = try WorkerPool(testConfiguration())
    var outcomes = pool.outcomes(of: (0..<500).map(Square.init)).makeAsyncIterator()
    #expect(try await outcomes.next()?.get() == 0)
    async let closed: Void = pool.shutdown(.drain)
    var index = 1
    while let outcome = try await outcomes.next() {
      #expect(try outcome.get() == index * index)
      index += 1
    }
    #expect(index == 500)
    await closed
  }

  @Test func `a pool that is closed at once cancels what isn't finished`() async throws {
    let pool = try WorkerPool(testConfiguration())
    let jobs = (0..<50).map { Work(id: $0, milliseconds: $0 < 10 ? 0 : 60_000) }
    var results: [Result<Int, JobFailure>] = []
    await #expect(throws: Never.self) {
      for try await outcome in pool.outcomes(of: jobs) {
        results.append(outcome.result)
        if outcome.index == 9 { await pool.shutdown(.cancel) }
      }
    }
    #expect(results == (0..<50).map { $0 < 10 ? .success($0) : .failure(.cancelled) })
  }
}
