import Synchronization
import TestJobs
import Testing

@testable import WorkerFarm

/// Inputs that come by and by.
@Suite(.hangGuard) struct AsyncInputTests {
  struct Dry: Error {}

  @Test(arguments: Setting.all, [true, false])
  func
    `each outcome comes before the next input`(setting: Setting, ordered: Bool) async throws
  {
    try await withWorkerPool(setting.configuration()) { pool in
      let (inputs, producer) = AsyncStream.makeStream(of: Square.self)
      producer.yield(Square(n: 0))
      var count = 0
      // The next input is made only when the outcome of the one before is there: who waits for both hangs.
      for try await outcome in pool.outcomes(of: inputs, ordered: ordered) {
        #expect(outcome.index == count)
        #expect(try outcome.get() == count * count)
        count += 1
        if count < 50 { producer.yield(Square(n: count)) } else { producer.finish() }
      }
      #expect(count == 50)
    }
  }

  @Test(arguments: Setting.all) func `an endless producer is held back`(setting: Setting)
    async throws
  {
    var configuration = setting.configuration()
    configuration.window = 20
    let made = CountedInputs<Square>.Counter()
    let inputs = Endless(made: made)
    try await withWorkerPool(configuration) { pool in
      var consumed = 0
      for try await outcome in pool.outcomes(of: inputs) {
        #expect(try outcome.get() == consumed * consumed)
        consumed += 1
        // The window, a few ahead, and the one that waits for space.
        #expect(made.count <= consumed + 20 + 64 + 1)
        if consumed % 100 == 0 { try await Task.sleep(for: .milliseconds(10)) }
        if consumed == 300 { break }
      }
    }
    #expect(made.count <= 300 + 20 + 64 + 1)
  }

  @Test(arguments: Setting.all) func `a producer's error comes after the outcomes`(setting: Setting)
    async throws
  {
    try await withWorkerPool(setting.configuration()) { pool in
      let inputs = AsyncThrowingStream<Square, any Error> { producer in
        for n in 0..<100 { producer.yield(Square(n: n)) }
        producer.finish(throwing: Dry())
      }
      var outputs: [Int] = []
      await #expect(throws: Dry.self) {
        for try await outcome in pool.outcomes(of: inputs) { outputs.append(try outcome.get()) }
      }
      #expect(outputs == (0..<100).map { $0 * $0 })
      await #expect(throws: Dry.self) {
        try await pool.map(
          AsyncThrowingStream<Square, any Error> { $0.finish(throwing: Dry()) })
      }
    }
  }

  @Test(arguments: Setting.all) func `who leaves the loop ends the producer, and nobody leaks`(
    setting: Setting
  ) async throws {
    weak var leaked: WorkerPool?
    weak var leakedQueue: FeedQueue<Square>?
    let ended = Atomic(false)
    do {
      let pool = try WorkerPool(setting.configuration())
      leaked = pool
      let inputs = AsyncStream<Square> { producer in
        for n in 0..<5 { producer.yield(Square(n: n)) }
        producer.onTermination = { _ in ended.store(true, ordering: .relaxed) }
      }
      var outcomes = pool.outcomes(of: inputs).makeAsyncIterator()
      for n in 0..<5 { #expect(try await outcomes.next()?.get() == n * n) }
      leakedQueue = outcomes.feeder.queue
    }
    try await waitUntil { ended.load(ordering: .relaxed) }
    try await waitUntil { leaked == nil && leakedQueue == nil }
  }

  @Test(arguments: Setting.all) func `a cancelled task doesn't wait for its producer`(
    setting: Setting
  ) async throws {
    try await withWorkerPool(setting.configuration()) { pool in
      let ended = Atomic(false)
      let (inputs, producer) = AsyncStream.makeStream(of: Square.self)
      producer.onTermination = { _ in ended.store(true, ordering: .relaxed) }
      producer.yield(Square(n: 1))
      let seen = Atomic(0)
      let task = Task {
        for try await _ in pool.outcomes(of: inputs) { seen.wrappingAdd(1, ordering: .relaxed) }
      }
      try await waitUntil { seen.load(ordering: .relaxed) == 1 }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      try await waitUntil { ended.load(ordering: .relaxed) }
    }
  }

  @Test(arguments: Setting.all) func `a pool that is closed at once doesn't wait for a producer`(
    setting: Setting
  ) async throws {
    let pool = try WorkerPool(setting.configuration())
    let (inputs, producer) = AsyncStream.makeStream(of: Square.self)
    producer.yield(Square(n: 1))
    let seen = Atomic(0)
    let task = Task {
      for try await _ in pool.outcomes(of: inputs) { seen.wrappingAdd(1, ordering: .relaxed) }
    }
    try await waitUntil { seen.load(ordering: .relaxed) == 1 }
    await pool.shutdown(.cancel)
    _ = await task.result
    producer.finish()
  }

  /// Makes inputs without ever waiting.
  private struct Endless: AsyncSequence, Sendable {
    let made: CountedInputs<Square>.Counter

    func makeAsyncIterator() -> Iterator { Iterator(made: made) }

    struct Iterator: AsyncIteratorProtocol {
      let made: CountedInputs<Square>.Counter

      func next() async -> Square? {
        Square(
          n: made.value.withLock { count in
            defer { count += 1 }
            return count
          })
      }
    }
  }
}
