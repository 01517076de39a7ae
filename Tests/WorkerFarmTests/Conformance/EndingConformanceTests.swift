import Glibc
import Synchronization
import TestJobs
import Testing

@testable import WorkerFarm

/// How a call or a pool comes to its end before everything is done.
@Suite(.hangGuard) struct EndingConformanceTests {
  @Test(arguments: Setting.all, [true, false])
  func
    `an endless input is read only as far as the window allows`(setting: Setting, ordered: Bool)
    async throws
  {
    var configuration = setting.configuration()
    configuration.window = 20
    let inputs = CountedInputs { Square(n: $0) }
    try await withWorkerPool(configuration) { pool in
      var consumed = 0
      for try await outcome in pool.outcomes(of: inputs, ordered: ordered) {
        consumed += 1
        #expect(inputs.counter.count <= consumed + 20)
        #expect(try outcome.get() == outcome.index * outcome.index)
        if consumed == 200 { break }
      }
      // Whoever left can call again.
      #expect(try await pool.map((0..<5).map(Square.init)) == [0, 1, 4, 9, 16])
    }
    #expect(inputs.counter.count <= 200 + 20)
  }

  @Test(arguments: Setting.all) func `a cancelled task gets no more outcomes`(setting: Setting)
    async throws
  {
    try await withWorkerPool(setting.configuration()) { pool in
      let seen = Atomic(0)
      let task = Task {
        for try await _ in pool.outcomes(of: CountedInputs { Work(id: $0, milliseconds: 1) }) {
          seen.wrappingAdd(1, ordering: .relaxed)
        }
      }
      try await waitUntil { seen.load(ordering: .relaxed) > 10 }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      let squares = try await pool.map((0..<5).map(Square.init))
      #expect(squares == [0, 1, 4, 9, 16])
    }
  }

  @Test(arguments: Setting.concurrent) func `a cancelled call doesn't wait for its job`(
    setting: Setting
  ) async throws {
    let scratch = Scratch()
    let job = Linger(path: scratch.file("go"))
    try await withWorkerPool(setting.configuration()) { pool in
      let task = Task { try await pool.run(job) }
      try await waitUntil { job.hasBegun }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      // Its place is taken by another worker.
      let squares = try await pool.map((0..<50).map(Square.init))
      #expect(squares == (0..<50).map { $0 * $0 })
    }
    job.letGo()
  }

  @Test(arguments: Setting.all, [true, false])
  func
    `a run can be ended from outside`(setting: Setting, aborting: Bool) async throws
  {
    let counts = try await onThread { () -> (succeeded: Int, cancelled: Int, inputs: Int) in
      let pool = try WorkerPool(setting.configuration())
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
      return (succeeded, cancelled, inputs.counter.count)
    }
    #expect(counts.succeeded >= 31 && counts.succeeded < 1000)
    // Every input that was pulled has its outcome.
    #expect(counts.succeeded + counts.cancelled == counts.inputs)
  }

  @Test(arguments: Setting.concurrent) func `a run that waits for its job can be aborted`(
    setting: Setting
  ) async throws {
    let scratch = Scratch()
    let job = Linger(path: scratch.file("go"))
    let result = try await onThread { () -> Result<Int32, JobFailure>? in
      let pool = try WorkerPool(setting.configuration())
      defer { pool.shutdownBlocking() }
      var outcomes = pool.outcomes(of: [job]).makeBlockingIterator()
      let canceller = outcomes.canceller
      try DedicatedThread.start(named: "aborts") {
        while !job.hasBegun { usleep(1000) }
        canceller.abort()
      }
      return try outcomes.next()?.result
    }
    #expect(result == .failure(.cancelled))
    job.letGo()
  }

  /// A thread that is abandoned has all jobs of a frame before it.
  @Test func `an abandoned thread begins no more jobs`() async throws {
    let pool = try WorkerPool(.threads(count: 1))
    // So quick at first that thousands are sent at once.
    let jobs = (0..<40_000).map { Counted(microseconds: $0 < 20_000 ? 0 : 20_000) }
    for try await outcome in pool.outcomes(of: jobs) where outcome.index == 20_002 { break }
    await pool.shutdown(.cancel)
    let atEnd = Counted.begun.load(ordering: .relaxed)
    try await Task.sleep(for: .milliseconds(500))
    let later = Counted.begun.load(ordering: .relaxed)
    // The one that it runs, and what it begins until it hears that nobody listens; not the hundreds of its frame.
    #expect(later - atEnd <= 5)
  }

  // MARK: The pool's end

  @Test(arguments: Setting.all) func `a pool is drained while a call goes on`(setting: Setting)
    async throws
  {
    let pool = try WorkerPool(setting.configuration())
    var outcomes = pool.outcomes(of: (0..<500).map(Square.init)).makeAsyncIterator()
    #expect(try await outcomes.next()?.get() == 0)
    let isClosed = Flag()
    let closing = Task {
      await pool.shutdown(.drain)
      isClosed.raise()
    }
    // New calls are refused from some time on, and this one goes on.
    await #expect(throws: PoolError.closed) {
      while true { _ = try await pool.run(Square(n: 1)) }
    }
    #expect(!isClosed.isRaised)
    var index = 1
    while let outcome = try await outcomes.next() {
      #expect(try outcome.get() == index * index)
      index += 1
    }
    #expect(index == 500)
    await closing.value
  }

  @Test(arguments: Setting.all) func `a pool that is closed at once cancels what isn't begun`(
    setting: Setting
  ) async throws {
    let pool = try WorkerPool(setting.configuration())
    var results: [Result<Int, JobFailure>] = []
    let inputs = CountedInputs { Work(id: $0, milliseconds: 1) }
    var failure: (any Error)?
    do {
      for try await outcome in pool.outcomes(of: inputs) {
        results.append(outcome.result)
        if outcome.index == 9 { await pool.shutdown(.cancel) }
      }
    } catch {
      failure = error
    }
    #expect(results.count == inputs.counter.count)
    #expect(results.prefix(10) == (0..<10).map { .success($0) }[...])
    // What another worker had done by then may come behind what was cancelled.
    for (index, result) in results.enumerated() where result != .success(index) {
      #expect(result == .failure(.cancelled))
    }
    #expect(failure == nil || failure as? PoolError == .closed)
  }

  @Test(arguments: Setting.backends, [WorkerPool.Shutdown.drain, .cancel])
  func
    `a closed pool refuses every call`(setting: Setting, shutdown: WorkerPool.Shutdown) async throws
  {
    let pool = try WorkerPool(setting.configuration())
    #expect(try await pool.run(Square(n: 2)) == 4)
    await pool.shutdown(shutdown)
    let jobs = (0..<3).map(Square.init)
    await #expect(throws: PoolError.closed) { try await pool.run(Square(n: 2)) }
    await #expect(throws: PoolError.closed) { try await pool.map(jobs) }
    await #expect(throws: PoolError.closed) { try await pool.map(stream(of: jobs)) }
    await #expect(throws: PoolError.closed) { try await pool.submit(Square(n: 2)).outcome }
    await #expect(throws: PoolError.closed) { try await pool.submit(Square(n: 2)).output }
    #expect(throws: PoolError.closed) { try pool.mapBlocking(jobs) }
    // Once more, and in another way: nothing happens.
    await pool.shutdown(.cancel)
    await pool.shutdown(.drain)
    pool.resize(to: 3)
  }

  @Test(arguments: Setting.all) func `a submitted job can be cancelled`(setting: Setting)
    async throws
  {
    let scratch = Scratch()
    let job = Linger(path: scratch.file("go"))
    try await withWorkerPool(setting.configuration()) { pool in
      let submission = pool.submit(job)
      try await waitUntil { job.hasBegun }
      submission.cancel()
      // An inline job can't be interrupted.
      if setting.backend == .inline { job.letGo() }
      let result = await submission.task.result
      if setting.backend == .inline, case .success = result { return }
      #expect(throws: CancellationError.self) { try result.get() }
    }
    job.letGo()
  }

  @Test(arguments: Setting.concurrent) func `a call that is left may let its jobs finish`(
    setting: Setting
  ) async throws {
    let scratch = Scratch()
    let job = Linger(path: scratch.file("go"))
    var configuration = setting.configuration()
    configuration.onCancel = .finish
    let pool = try WorkerPool(configuration)
    let after = Remember(log: scratch.file("log"))
    let task = Task { try await pool.run(job) }
    try await waitUntil { job.hasBegun }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    // The worker is there still, or the job of the two that needs a second one would have none.
    pool.resize(to: 1)
    let behind = Task { try await pool.run(after) }
    try await Task.sleep(for: .milliseconds(50))
    job.letGo()
    _ = try await behind.value
    await pool.shutdown(.drain)
  }
}
