import TestJobs
import Testing

@testable import WorkerFarm

/// Which failed jobs are tried again, how often and when.
@Suite(.hangGuard) struct RetryTests {
  @Test(arguments: Setting.backends, [true, false])
  func
    `a job that throws is tried again as often as is allowed`(setting: Setting, ordered: Bool)
    async throws
  {
    let scratch = Scratch()
    var configuration = setting.configuration()
    configuration.retry = RetryPolicy(attempts: 4)
    // One in three fails so many times: from never to more often than is allowed.
    let jobs = (0..<30).map { index in
      Flaky(log: scratch.file("\(index)"), failures: index % 3 == 0 ? index / 3 % 6 : 0)
    }
    let outcomes = try await withWorkerPool(configuration) {
      try await $0.allOutcomes(of: jobs, ordered: ordered)
    }
    let indices = outcomes.map(\.index)
    #expect((ordered ? indices : indices.sorted()) == Array(0..<30))
    for outcome in outcomes {
      let failures = outcome.input.failures
      #expect(outcome.attempts == min(failures + 1, 4))
      #expect(lines(of: outcome.input.log).count == outcome.attempts)
      if failures < 4 {
        #expect(try outcome.get().count == failures + 1)
      } else {
        #expect(
          throws: JobFailure.thrown(type: "TestJobs.Flaky.NotYet", description: "attempt 4")
        ) { try outcome.get() }
      }
    }
  }

  @Test(arguments: Setting.backends) func `a predicate says which failures are worth a try`(
    setting: Setting
  ) async throws {
    var configuration = setting.configuration()
    configuration.retry = RetryPolicy(attempts: 3) { $0.kind == "thrown" }
    configuration.frameLimit = Deed.frameLimit
    configuration.memory = Deed.memory
    let jobs = Deed.Kind.allCases.enumerated().map { Deed(id: $0, kind: $1) }
    let outcomes = try await withWorkerPool(configuration) { try await $0.allOutcomes(of: jobs) }
    for outcome in outcomes {
      let kind = outcome.input.kind
      let isRun = kind != .largeInput && kind != .unencodableInput
      let attempts = kind == .throwing ? 3 : isRun ? 1 : 0
      #expect(outcome.attempts == attempts, "\(kind)")
    }
  }

  /// However eager the policy, another try would change nothing.
  @Test(arguments: Setting.backends) func `what can't fare better is never tried again`(
    setting: Setting
  ) async throws {
    var configuration = setting.configuration()
    configuration.retry = RetryPolicy(attempts: 3)
    configuration.frameLimit = Deed.frameLimit
    configuration.memory = Deed.memory
    let kinds: [Deed.Kind] = [
      .unencodableInput, .largeInput, .undecodableOutput, .largeClaim, .output,
    ]
    let jobs = kinds.enumerated().map { Deed(id: $0, kind: $1) }
    let outcomes = try await withWorkerPool(configuration) { try await $0.allOutcomes(of: jobs) }
    for outcome in outcomes { #expect(outcome.attempts <= 1, "\(outcome.input.kind)") }
  }

  @Test(arguments: Setting.backends) func `an attempt waits for its time, and no other job does`(
    setting: Setting
  ) async throws {
    let scratch = Scratch()
    var configuration = setting.configuration()
    configuration.retry = RetryPolicy(
      attempts: 4,
      backoff: .exponential(from: .milliseconds(20), factor: 3, upTo: .milliseconds(90)))
    try await withWorkerPool(configuration) { pool in
      let outcome = try await pool.allOutcomes(of: [Flaky(log: scratch.file("a"), failures: 3)])[0]
      let times = try outcome.get()
      let gaps = zip(times.dropFirst(), times).map { $0 - $1 }
      #expect(gaps.count == 3)
      for (gap, least) in zip(gaps, [20, 60, 90]) { #expect(gap >= UInt64(least) * 1_000_000) }
    }
  }

  @Test(arguments: Setting.concurrent) func `while one waits to be tried again the others go on`(
    setting: Setting
  ) async throws {
    let scratch = Scratch()
    var configuration = setting.configuration()
    configuration.retry = RetryPolicy(attempts: 2, backoff: .constant(.seconds(600)))
    let pool = try WorkerPool(configuration)
    let jobs = (0..<50).map { Flaky(log: scratch.file("\($0)"), failures: $0 == 10 ? 1 : 0) }
    var seen: Set<Int> = []
    for try await outcome in pool.outcomes(of: jobs, ordered: false) {
      seen.insert(outcome.index)
      if seen.count == 49 { break }
    }
    #expect(seen == Set(0..<50).subtracting([10]))
    // Nor does the pool's end wait for it.
    await pool.shutdown(.drain)
  }

  @Test(arguments: Setting.backends) func `who waits to be tried again is cancelled at once`(
    setting: Setting
  ) async throws {
    let scratch = Scratch()
    var configuration = setting.configuration()
    configuration.retry = RetryPolicy(attempts: 2, backoff: .constant(.seconds(600)))
    let job = Flaky(log: scratch.file("a"), failures: 1)
    let pool = try WorkerPool(configuration)
    let task = Task { try await pool.run(job) }
    try await waitUntil { lines(of: job.log).count == 1 }
    task.cancel()
    await #expect(throws: (any Error).self) { try await task.value }
    await pool.shutdown(.drain)
    #expect(lines(of: job.log).count == 1)
  }

  @Test(arguments: [
    (RetryPolicy.never, 1, 1), (.afterCrashes, 1, 2), (.afterCrashes(attempts: 5), 1, 5),
    (RetryPolicy(attempts: 3), 3, 3),
  ])
  func
    `crashes and errors are told apart`(policy: RetryPolicy, thrown: Int, crashed: Int)
    async throws
  {
    let scratch = Scratch()
    var configuration = testConfiguration()
    configuration.retry = policy
    let jobs = (0..<8).map { index in
      Flaky(
        log: scratch.file("\(index)"), failures: index % 2 == 0 ? .max : 0, crashes: index % 4 == 0)
    }
    for outcome in try await withWorkerPool(configuration, { try await $0.allOutcomes(of: jobs) }) {
      let attempts = outcome.index % 4 == 0 ? crashed : outcome.index % 4 == 2 ? thrown : 1
      // A reply that was held back dies with its worker: then the job runs once more, free of charge.
      #expect(outcome.attempts == attempts && lines(of: outcome.input.log).count >= attempts)
    }
  }

  @Test(arguments: Setting.backends) func `attempts and delays may be without bound`(
    setting: Setting
  ) async throws {
    let scratch = Scratch()
    var configuration = setting.configuration()
    configuration.retry = RetryPolicy(attempts: .max)
    try await withWorkerPool(configuration) { pool in
      let attempts = try await pool.run(Flaky(log: scratch.file("a"), failures: 20))
      #expect(attempts.count == 21)
    }
    configuration.retry.backoff = .constant(.seconds(Int64.max))
    let pool = try WorkerPool(configuration)
    let job = Flaky(log: scratch.file("b"), failures: 1)
    let submission = pool.submit(job)
    try await waitUntil { lines(of: job.log).count == 1 }
    try await Task.sleep(for: .milliseconds(50))
    #expect(lines(of: job.log).count == 1)
    submission.cancel()
    _ = await submission.task.result
    await pool.shutdown(.cancel)
  }

  @Test func `the times between attempts grow up to the longest`() {
    let backoff = RetryPolicy.Backoff.exponential(
      from: .milliseconds(100), factor: 2, upTo: .seconds(1))
    let milliseconds = (1...6).map { backoff.delay(after: $0) / 1_000_000 }
    #expect(milliseconds == [100, 200, 400, 800, 1000, 1000])
    #expect(backoff.delay(after: .max) == 1_000_000_000)
    #expect(RetryPolicy.Backoff.none.delay(after: 7) == 0)
    #expect(RetryPolicy.Backoff.constant(.seconds(3)).delay(after: 9) == 3_000_000_000)
  }
}
