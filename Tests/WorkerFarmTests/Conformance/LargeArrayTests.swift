import TestJobs
import Testing

@testable import WorkerFarm

/// Inputs and outputs with arrays that aren't copied on their way.
@Suite(.hangGuard) struct LargeArrayTests {
  private static let jobs = (0..<2).flatMap { round in
    Layout.all.enumerated().map { Parcel(parts: $1.arrays(13 * round + $0)) }
  }

  @Test(arguments: Setting.backends, Manner.all)
  func
    `arrays of all sizes go there and back`(setting: Setting, manner: Manner) async throws
  {
    var configuration = setting.configuration()
    configuration.sharesFrames = manner.sharesFrames
    try await withWorkerPool(configuration) { pool in
      for outcome in try await pool.allOutcomes(of: Self.jobs, ordered: manner.isOrdered) {
        #expect(try outcome.get() == [outcome.input.whole] && outcome.attempts == 1)
      }
      let alone = try await onThread { try pool.runBlocking(Self.jobs[8]) }
      #expect(alone == [Self.jobs[8].whole])
    }
  }

  @Test(arguments: Setting.backends) func `a window smaller than an array lets it through`(
    setting: Setting
  ) async throws {
    var configuration = setting.configuration()
    configuration.windowBytes = 1000
    let outputs = try await withWorkerPool(configuration) { try await $0.map(Self.jobs) }
    #expect(outputs == Self.jobs.map { [$0.whole] })
  }

  /// And an output over the limit is refused as if it had been copied.
  @Test(arguments: Setting.backends) func `limits count kept arrays`(setting: Setting) async throws
  {
    let limit = 3 * PiecedBytes.keptSize
    var configuration = setting.configuration()
    configuration.frameLimit = limit
    try await withWorkerPool(configuration) { pool in
      let inputs = try await pool.allOutcomes(
        of: [0, 1].map { extra in
          Parcel(parts: [[UInt8](repeating: 0, count: limit), [UInt8](repeating: 0, count: extra)])
        })
      #expect(try inputs[0].get()[0].count == limit)
      #expect(
        throws: JobFailure.unencodableInput("\(limit + 1) bytes, over the limit of \(limit)")
      ) { try inputs[1].get() }
      // This output has a length before its array.
      let outputs = try await pool.allOutcomes(
        of: [limit - 4, limit - 3].map { size in
          Bulky(milliseconds: 0, size: size)
        })
      #expect(try outputs[0].get().count == limit - 4)
      #expect(
        throws: JobFailure.unencodableOutput("\(limit + 1) bytes, over the limit of \(limit)")
      ) { try outputs[1].get() }
    }
  }

  @Test func `after a crash the same is sent again`() async throws {
    let scratch = Scratch()
    var configuration = testConfiguration(workers: 2)
    configuration.command.environment[Parcel.crashVariable] = scratch.file("crash")
    try await withWorkerPool(configuration) { pool in
      let outcomes = try await pool.allOutcomes(of: Self.jobs)
      for outcome in outcomes {
        #expect(try outcome.get() == [outcome.input.whole])
      }
      #expect(outcomes.count { $0.attempts == 2 } == 1)
    }
  }

  @Test func `who is in quarantine is known, kept arrays or not`() {
    let array = [UInt8](repeating: 1, count: PiecedBytes.keptSize)
    let halves = [Array(array[..<1000]), Array(array[1000...])]
    let quarantine = Quarantine()
    quarantine.note(.crashed(.unknown, lastWords: ""), of: Parcel(parts: [[5], array, [6]]))
    #expect(quarantine.reason(against: Parcel(parts: [[5]] + halves + [[6]])) != nil)
    #expect(quarantine.reason(against: Parcel(parts: [[5, 6], array])) == nil)
  }
}
