import TestJobs
import Testing

@testable import WorkerFarm

/// A run whose events are looked at.
struct Episode: Sendable, CustomTestStringConvertible {
  var name: String
  var backends: [PoolConfiguration.Backend] = [.processes]
  var configure: @Sendable (inout PoolConfiguration) -> Void = { _ in }
  /// Returns how many outcomes there were.
  var run: @Sendable (WorkerPool) async throws -> Int

  var testDescription: String { name }

  static let everywhere: [PoolConfiguration.Backend] = [.processes, .threads, .inline]

  static let all =
    [
      Episode(name: "short jobs", backends: everywhere) { pool in
        try await count(pool.outcomes(of: (0..<20_000).map { Square(n: $0 % 1000) }))
      },
      Episode(name: "jobs in any order", backends: everywhere) { pool in
        try await count(
          pool.outcomes(
            of: (0..<60).map { Work(id: $0, milliseconds: Double($0 % 7)) }, ordered: false))
      },
      Episode(name: "no jobs", backends: everywhere) { pool in
        try await count(pool.outcomes(of: [] as [Square]))
      },
      Episode(name: "failures everywhere", backends: everywhere) { pool in
        let stages = Faulty.Stage.allCases
        return try await count(
          pool.outcomes(of: (0..<600).map { Faulty(stage: stages[$0 % stages.count]) }))
      },
      Episode(name: "a type that nobody serves") { pool in
        try await count(pool.outcomes(of: [Unserved(), Unserved()]))
      },
      Episode(
        name: "retries after a while", backends: everywhere,
        configure: { $0.retry = RetryPolicy(attempts: 3, backoff: .constant(.milliseconds(5))) },
        run: { pool in
          try await count(pool.outcomes(of: (0..<30).map { Complain(length: $0) }))
        }),
      Episode(
        name: "workers that serve three jobs", configure: { $0.recycling.afterJobs = 3 },
        run: { try await count($0.outcomes(of: (0..<40).map { Square(n: $0) })) }),
      Episode(
        name: "jobs that need much memory", configure: { $0.memory = 100 << 20 },
        run: { pool in
          try await count(
            pool.outcomes(of: (1...20).map { Hungry(bytes: $0 * 6 << 20, milliseconds: 1) }))
        }),
      Episode(name: "left early", backends: [.processes, .inline]) { pool in
        for try await _ in pool.outcomes(of: (0...).lazy.map { Work(id: $0, milliseconds: 1) }) {
          break
        }
        return 0
      },
      Episode(name: "two calls and another size", backends: [.processes, .threads]) { pool in
        let works = (0..<300).map { Work(id: $0, milliseconds: 0.3) }
        async let first = count(pool.outcomes(of: works))
        async let second = count(pool.outcomes(of: (0..<5000).map { Square(n: $0) }))
        pool.resize(to: 4)
        let all = try await first + second
        pool.resize(to: 1)
        return try await all + count(pool.outcomes(of: (0..<300).map { Square(n: $0) }))
      },
    ]
    + Misbehave.Way.allCases.map { way in
      Episode(
        name: "\(way)", configure: { $0.timeout = .seconds(1) },
        run: { pool in
          let jobs = (0..<40).map { Misbehave(id: $0, way: $0 == 12 ? way : .behave) }
          return try await count(pool.outcomes(of: jobs))
        })
    }

  private static func count<Outcomes: AsyncSequence>(_ outcomes: Outcomes) async throws -> Int {
    var count = 0
    for try await _ in outcomes { count += 1 }
    return count
  }
}

extension PoolConfiguration.Backend {
  /// The configuration of the tests, with another kind of worker.
  func configuration(workers: Int = 2) -> PoolConfiguration {
    var configuration = testConfiguration(workers: workers)
    configuration.backend = self
    return configuration
  }
}
