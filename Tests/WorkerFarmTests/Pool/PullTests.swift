import Synchronization
import TestJobs
import Testing

@testable import WorkerFarm

/// An endless sequence that counts how often it was asked.
struct CountedInputs<J: Job>: Sequence, IteratorProtocol {
  final class Counter: Sendable {
    let value = Mutex(0)
    var count: Int { value.withLock { $0 } }
  }

  let counter = Counter()
  let make: (Int) -> J

  mutating func next() -> J? {
    make(
      counter.value.withLock { count in
        defer { count += 1 }
        return count
      })
  }
}

@Suite(.hangGuard) struct PullTests {
  @Test(arguments: [true, false], [1, 7, 64])
  func
    `an endless input is read only as far as the window allows`(ordered: Bool, window: Int)
    async throws
  {
    var configuration = testConfiguration()
    configuration.window = window
    let inputs = CountedInputs { Square(n: $0) }
    try await withWorkerPool(configuration) { pool in
      var consumed = 0
      for try await outcome in pool.outcomes(of: inputs, ordered: ordered) {
        consumed += 1
        #expect(inputs.counter.count <= consumed + window)
        #expect(try outcome.get() == outcome.index * outcome.index)
        // Now and then the consumer takes its time, so that the window fills.
        if consumed % 50 == 0 { try await Task.sleep(for: .milliseconds(10)) }
        if consumed == 300 { break }
      }
    }
    #expect(inputs.counter.count <= 300 + window)
  }

  @Test func `a slow first job doesn't let the input run away`() async throws {
    var configuration = testConfiguration()
    configuration.window = 20
    let inputs = CountedInputs { Work(id: $0, milliseconds: $0 == 0 ? 300 : 0) }
    try await withWorkerPool(configuration) { pool in
      var consumed = 0
      for try await outcome in pool.outcomes(of: inputs) {
        #expect(outcome.index == consumed)
        consumed += 1
        #expect(inputs.counter.count <= consumed + 20)
        if consumed == 100 { break }
      }
    }
  }

  /// 5,000 bytes in, or 5,000 bytes out, with a bound on what four of them need.
  @Test(arguments: [(5000, 1), (8, 5000), (5000, 5000)], [true, false])
  func `a bound in bytes holds back the input, and loses nothing`(
    sizes: (input: Int, output: Int), ordered: Bool
  ) async throws {
    var configuration = testConfiguration()
    configuration.windowBytes = 20_000
    let inputs = CountedInputs { index in
      // The sizes vary, and a result tells which input it's from.
      Swell(inputSize: sizes.input + index % 50, outputSize: sizes.output + index % 50)
    }
    try await withWorkerPool(configuration) { pool in
      var indices: [Int] = []
      for try await outcome in pool.outcomes(of: inputs, ordered: ordered) {
        #expect(try outcome.get() == sizes.output + outcome.index % 50)
        #expect(outcome.input.outputSize == sizes.output + outcome.index % 50)
        indices.append(outcome.index)
        // As many as fit, and one that goes over; an input's room is its result's while it's held.
        if sizes == (5000, 5000) { #expect(inputs.counter.count <= indices.count + 5) }
        if indices.count == 200 { break }
      }
      if ordered { #expect(indices == Array(0..<200)) }
      #expect(Set(indices).count == 200)
    }
  }

  @Test func `inputs larger than the window pass one by one`() async throws {
    var configuration = testConfiguration()
    configuration.windowBytes = 1
    let jobs = (0..<30).map { Echo(bytes: Array(repeating: UInt8($0), count: 100 * $0)) }
    let echoes = try await withWorkerPool(configuration) { try await $0.map(jobs) }
    #expect(echoes == jobs.map(\.bytes))
  }

  @Test func `a slow input is handed over one by one`() async throws {
    // Each input is made only when the outcome of the one before was seen.
    let seen = Mutex(0)
    let inputs = (0..<20).lazy.map { index in
      #expect(seen.withLock { $0 } >= index - 1)
      return Square(n: index)
    }
    var configuration = testConfiguration()
    configuration.window = 1
    try await withWorkerPool(configuration) { pool in
      for try await _ in pool.outcomes(of: inputs) { seen.withLock { $0 += 1 } }
    }
    #expect(seen.withLock { $0 } == 20)
  }
}
