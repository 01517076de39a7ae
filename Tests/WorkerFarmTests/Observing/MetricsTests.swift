import CoreMetrics
import MetricsTestKit
import TestJobs
import Testing
import WorkerFarmMetrics

@testable import WorkerFarm

@Suite(.hangGuard) struct MetricsTests {
  @Test func `what a pool does is counted, timed and gauged under its names`() async throws {
    let metrics = TestMetrics()
    var configuration = testConfiguration()
    configuration.observers = [
      PoolMetrics(prefix: "pool", dimensions: [("pool", "a")], factory: metrics)
    ]
    try await withWorkerPool(configuration) { pool in
      _ = try await pool.map((0..<1000).map { Square(n: $0) })
      for try await _ in pool.outcomes(of: [Misbehave(id: 0, way: .exit7)]) {}
      for try await _ in pool.outcomes(of: [Complain(length: 3), Complain(length: 4)]) {}
    }
    func total(_ name: String, _ more: [(String, String)] = []) -> Int64 {
      metrics.counterTotal(label: "pool_\(name)", dimensions: [("pool", "a")] + more)
    }
    #expect(total("jobs_total", [("outcome", "done")]) == 1000)
    #expect(total("jobs_total", [("outcome", "crashed")]) == 1)
    #expect(total("jobs_total", [("outcome", "thrown")]) == 2)
    #expect(total("retries_total", [("failure", "crashed")]) == 1)
    #expect(total("workers_ended_total", [("reason", "crashed")]) == 2)
    let started = total("workers_started_total")
    #expect(metrics.counterTotal(label: "pool_workers_ended_total") == started && started >= 3)
    #expect(total("sent_bytes_total") > 0 && total("received_bytes_total") > 0)

    let dimensions = [("pool", "a")]
    let startUps = try metrics.expectTimer("pool_worker_startup_duration", dimensions)
    #expect(startUps.values.count <= Int(started) && startUps.values.allSatisfy { $0 > 0 })
    let times = try metrics.expectTimer("pool_job_duration", dimensions)
    #expect(!times.values.isEmpty && times.values.count <= 1000)
    let workers = try metrics.expectMeter("pool_workers", dimensions)
    #expect(workers.lastValue == 0 && (workers.values.max() ?? 0) <= 2)
    for name in ["jobs_in_flight", "jobs_queued", "window_jobs", "window_bytes"] {
      let meter = try metrics.expectMeter("pool_\(name)", dimensions)
      #expect(meter.lastValue == 0, "\(name)")
      #expect((meter.values.max() ?? 0) > 0, "\(name)")
    }
  }

  @Test func `a process that can't be had is counted`() async throws {
    let metrics = TestMetrics()
    var configuration = PoolConfiguration(
      workers: 2, command: WorkerCommand(executable: "/not/there"))
    configuration.observers = [PoolMetrics(factory: metrics)]
    let pool = try WorkerPool(configuration)
    await #expect(throws: (any Error).self) {
      try await pool.map([Square(n: 1), Square(n: 2)])
    }
    await pool.shutdown()
    #expect(metrics.counterTotal(label: "worker_farm_workers_unavailable_total") == 2)
  }
}
