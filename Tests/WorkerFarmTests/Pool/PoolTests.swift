import TestJobs
import Testing

@testable import WorkerFarm

@Suite struct PoolTests {
  @Test(arguments: [1, 2, 3, 8]) func `map returns the outputs in input order`(
    workers: Int
  ) async throws {
    let squares = try await withWorkerPool(testConfiguration(workers: workers)) { pool in
      try await pool.map((0..<500).map(Square.init))
    }
    #expect(squares == (0..<500).map { $0 * $0 })
  }
}
