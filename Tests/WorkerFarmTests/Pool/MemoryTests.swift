import TestJobs
import Testing

@testable import WorkerFarm

/// A pool whose jobs together may use only so much memory.
@Suite(.hangGuard) struct MemoryTests {
  private static let mebibyte = 1 << 20

  private func configuration(workers: Int = 3) -> PoolConfiguration {
    var configuration = testConfiguration(workers: workers)
    configuration.memory = 300 * Self.mebibyte
    return configuration
  }

  @Test func `giants run alone, in their order, and what nobody can have is refused by name`()
    async throws
  {
    let needs = (0..<60).map { index in
      switch index {
      case 7, 30: 300
      case 20, 21: 150
      case 40: 301
      default: 10
      }
    }
    let jobs = needs.map { Hungry(bytes: $0 * Self.mebibyte, milliseconds: 2) }
    var meals: [(need: Int, meal: Hungry.Meal)] = []
    try await withWorkerPool(configuration()) { pool in
      var next = 0
      for try await outcome in pool.outcomes(of: jobs) {
        #expect(outcome.index == next)
        next += 1
        #expect(outcome.attempts == 1)
        switch outcome.result {
        case .success(let meal):
          meals.append((needs[outcome.index], meal))
          let granted = needs[outcome.index] > 100 ? needs[outcome.index] : 100
          #expect(meal.allowance == granted * Self.mebibyte)
        case .failure(let failure):
          #expect(outcome.index == 40)
          #expect(
            failure
              == .memoryLimit(needed: 301 * Self.mebibyte, allowed: 300 * Self.mebibyte))
        }
      }
    }
    #expect(meals.count == 59)
    for one in meals {
      let atOnce = meals.filter { ($0.meal.begin..<$0.meal.end).contains(one.meal.begin) }
      #expect(atOnce.reduce(0) { $0 + max(100, $1.need) } <= 300, "beside \(one)")
    }
  }

  @Test func `without a bound nobody has to ask`() async throws {
    let meals = try await withWorkerPool(testConfiguration()) { pool in
      try await pool.map([Hungry(bytes: .max, milliseconds: 0)])
    }
    #expect(meals.first?.allowance == .max)
  }

  @Test(.disabled(if: Sanitizer.isOn, "the kernel's limit can't hold"))
  func `W13 who takes what it wasn't given dies of it, and the others don't`() async throws {
    let jobs = (0..<9).map {
      Hungry(bytes: $0 == 4 ? 900 << 20 : 1000, milliseconds: 1, allocates: true)
    }
    try await withWorkerPool(configuration()) { pool in
      for try await outcome in pool.outcomes(of: jobs) {
        if outcome.index == 4 {
          guard case .failure(.crashed) = outcome.result else {
            Issue.record("\(outcome)")
            continue
          }
        } else {
          _ = try outcome.get()
        }
      }
    }
  }

  @Test func `giants of a run that is left are forgotten`() async throws {
    let pool = try WorkerPool(configuration())
    let giants = (0..<20).map { _ in Hungry(bytes: 300 << 20, milliseconds: 600_000) }
    let ended = Task { try await pool.map(giants) }
    try await Task.sleep(for: .milliseconds(100))
    ended.cancel()
    _ = await ended.result
    let small = try await pool.map((0..<50).map(Square.init))
    #expect(small == (0..<50).map { $0 * $0 })
    await pool.shutdown()
  }

  @Test(arguments: [
    ("MemTotal:  5 kB\nMemAvailable:   3 kB\n", 3072), ("MemAvailable: x kB", nil),
    ("MemAvailable: 3", nil), ("", nil), ("MemAvailable: 9223372036854775807 kB", nil),
  ])
  func `the kernel's table is read`(text: String, bytes: Int?) {
    #expect(SystemMemory.available(inTable: text) == bytes)
  }

  @Test func `this machine has memory`() throws {
    #expect(try #require(SystemMemory.available) > 1 << 20)
  }
}
