import TestJobs
import Testing

@testable import WorkerFarm

@Suite(.hangGuard) struct StatisticsTests {
  @Test(arguments: Episode.everywhere) func `what was done adds up`(
    backend: PoolConfiguration.Backend
  ) async throws {
    let pool = try WorkerPool(backend.configuration())
    let empty = await pool.statistics()
    #expect(empty.jobsDone == 0 && empty.utilisation >= 0)
    for try await _ in pool.outcomes(of: (0..<70).map { Work(id: $0, milliseconds: 1) }) {}
    for try await _ in pool.outcomes(of: (0..<30).map { Complain(length: $0) }) {}
    for try await _ in pool.outcomes(of: [Faulty(stage: .encodingInput)]) {}
    let running = await pool.statistics()
    #expect(running.jobsDone == 70 && running.jobsFailed == 31)
    #expect(running.jobsFailedUnrun == 1 && running.jobsCancelled == 0)
    #expect(running.places.map(\.place) == Array(running.places.indices))
    #expect(running.places.contains { $0.worker != nil })
    // Seventy of a millisecond, on at most two workers.
    #expect(running.busy >= .milliseconds(70) && running.busy <= running.uptime * 2)
    #expect(running.utilisation > 0 && running.utilisation <= 1)
    if backend != .inline { #expect(running.bytesSent > 0 && running.bytesReceived > 0) }
    await pool.shutdown()
    let final = await pool.statistics()
    #expect(final.jobsDone == 70 && final.jobsFailed == 31 && final.crashed == 0)
    #expect(final.places.allSatisfy { $0.worker == nil })
    let again = try await onThread { pool.statisticsBlocking() }
    #expect(again == final)
    for place in final.places {
      #expect(place.busy + place.waiting + place.startUp <= final.uptime)
    }
  }

  @Test func `asking while workers are busy gives numbers that fit together`() async throws {
    try await withWorkerPool(testConfiguration()) { pool in
      let run = Task { try await pool.map((0..<20_000).map { Square(n: $0) }) }
      var last = await pool.statistics()
      for _ in 0..<50 {
        let next = await pool.statistics()
        #expect(next.jobsDone >= last.jobsDone && next.uptime >= last.uptime)
        #expect(next.busy >= last.busy && next.waiting >= last.waiting)
        last = next
      }
      _ = try await run.value
      #expect(await pool.statistics().jobsDone == 20_000)
    }
  }

  @Test func `deaths, restarts and retries are counted where they happen`() async throws {
    var configuration = testConfiguration(workers: 1)
    configuration.retry = .afterCrashes(attempts: 3)
    let pool = try WorkerPool(configuration)
    for try await _ in pool.outcomes(of: [Misbehave(id: 1, way: .exit7)]) {}
    for try await _ in pool.outcomes(of: [Square(n: 1)]) {}
    await pool.shutdown()
    let statistics = await pool.statistics()
    #expect(statistics.crashed == 3 && statistics.retries == 2)
    #expect(statistics.jobsFailed == 1 && statistics.jobsDone == 1)
    #expect(statistics.started == 4 && statistics.restarts == 3)
    #expect(statistics.places[0].startUp > .zero)
  }

  @Test func `a time of the monotonic clock stops at its ends`() {
    let early = MonotonicInstant(nanoseconds: 5)
    #expect(early.advanced(by: .seconds(-1)).nanoseconds == 0)
    #expect(early.advanced(by: .nanoseconds(Int64(7))).nanoseconds == 12)
    #expect(MonotonicInstant(nanoseconds: .max).advanced(by: .seconds(1)).nanoseconds == .max)
    let late = MonotonicInstant(nanoseconds: 2_000_000_005)
    #expect(early.duration(to: late) == .seconds(2) && late.duration(to: early) == .seconds(-2))
    #expect(MonotonicInstant.now <= .now)
  }
}
