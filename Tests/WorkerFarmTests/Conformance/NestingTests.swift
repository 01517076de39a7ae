import TestJobs
import Testing

@testable import WorkerFarm

/// Pools in pools, and side by side.
@Suite(.hangGuard) struct NestingTests {
  @Test(arguments: Setting.backends, Nest.Backend.allCases)
  func
    `a job opens a pool of its own`(setting: Setting, inner: Nest.Backend) async throws
  {
    let tag = makeTag()
    let program = productPath("test-worker")
    let jobs = (0..<6).map { Nest(backend: inner, program: program, count: $0 * 10) }
    let sums = try await withWorkerPool(setting.configuration(tag: tag)) { try await $0.map(jobs) }
    #expect(sums == jobs.map { (0..<$0.count).reduce(0) { $0 + $1 * $1 } })
    #expect(processes(tagged: tag) == [])
  }

  @Test(arguments: Nest.Backend.allCases) func `pools nest three deep`(backend: Nest.Backend)
    async throws
  {
    let job = Nest(backend: backend, program: productPath("test-worker"), count: 5, depth: 3)
    let sums = try await withWorkerPool(Setting.processes[0].configuration()) {
      try await $0.map([job])
    }
    #expect(sums == [4 * 30])
  }

  @Test(arguments: Setting.backends, Setting.backends)
  func
    `two pools don't see each other`(one: Setting, other: Setting) async throws
  {
    let first = try WorkerPool(one.configuration())
    let second = try WorkerPool(other.configuration())
    let left = Task { try await first.map((0..<2000).map(Square.init)) }
    let right = Task { try await second.map((0..<2000).map { Echo(bytes: [UInt8($0 & 0xFF)]) }) }
    #expect(try await right.value == (0..<2000).map { [UInt8($0 & 0xFF)] })
    // The end of one is nothing to the other.
    await second.shutdown(.cancel)
    #expect(try await left.value == (0..<2000).map { $0 * $0 })
    #expect(try await first.run(Square(n: 4)) == 16)
    await first.shutdown()
  }

  /// What a job may use is its own pool's word.
  @Test func `bounds on memory of two inline pools don't mix`() async throws {
    var bounded = PoolConfiguration.inline
    bounded.memory = 100 << 20
    let pools = try [WorkerPool(bounded), WorkerPool(.inline)]
    let jobs = (0..<300).map { _ in Hungry(bytes: 10, milliseconds: 0.1) }
    let wrong = try await withThrowingTaskGroup(of: Int.self) { group in
      for (pool, allowance) in zip(pools, [100 << 20, Int.max]) {
        group.addTask {
          try await onThread { try pool.mapBlocking(jobs).count { $0.allowance != allowance } }
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(wrong == 0)
    #expect(JobMemory.allowance == .max)
  }
}
