public import CoreMetrics
import Synchronization
public import WorkerFarm

/// Reports what happens in a pool to the metrics system of the program that it's part of.
///
/// ```swift
/// configuration.observers.append(PoolMetrics())
/// ```
///
/// | name | kind | dimensions |
/// |---|---|---|
/// | `worker_farm_jobs_total` | counter | `outcome`: `done`, or the failure's ``JobFailure/kind`` |
/// | `worker_farm_job_duration` | timer | |
/// | `worker_farm_retries_total` | counter | `failure`: the kind |
/// | `worker_farm_workers_started_total` | counter | |
/// | `worker_farm_workers_ended_total` | counter | `reason`: ``WorkerEnding/kind`` |
/// | `worker_farm_workers_unavailable_total` | counter | |
/// | `worker_farm_worker_startup_duration` | timer | |
/// | `worker_farm_sent_bytes_total`, `worker_farm_received_bytes_total` | counter | |
/// | `worker_farm_workers` | meter | |
/// | `worker_farm_jobs_in_flight`, `worker_farm_jobs_queued` | meter | |
/// | `worker_farm_window_jobs`, `worker_farm_window_bytes` | meter | |
///
/// Short jobs are answered many at a time: then the timer gets one value for them all, the mean of their times. The last
/// four are sums over the calls under way. One of these is for one pool; pools beside each other are told apart by the
/// dimensions that they're given.
public final class PoolMetrics: PoolObserver {
  private let state: Mutex<MetricsState>

  /// - Parameters:
  ///   - prefix: comes before an underscore in all names.
  ///   - dimensions: go with all metrics.
  ///   - factory: nil for the one that the program has set up by then.
  public init(
    prefix: String = "worker_farm", dimensions: [(String, String)] = [],
    factory: (any MetricsFactory)? = nil
  ) {
    let maker = MetricMaker(
      prefix: prefix, dimensions: dimensions, factory: factory ?? MetricsSystem.factory)
    state = Mutex(MetricsState(maker: maker))
  }

  public func observe(_ event: PoolEvent) { state.withLock { $0.note(event) } }
}

/// How this pool's metrics are made.
struct MetricMaker: Sendable {
  let prefix: String
  let dimensions: [(String, String)]
  let factory: any MetricsFactory

  func counter(_ name: String, _ more: [(String, String)] = []) -> Counter {
    Counter(label: "\(prefix)_\(name)", dimensions: dimensions + more, factory: factory)
  }

  func meter(_ name: String) -> Meter {
    Meter(label: "\(prefix)_\(name)", dimensions: dimensions, factory: factory)
  }

  func timer(_ name: String) -> Timer {
    Timer(label: "\(prefix)_\(name)", dimensions: dimensions, factory: factory)
  }
}
