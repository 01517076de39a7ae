import CoreMetrics
import WorkerFarm

/// The metrics of one pool, and what their values are made of.
struct MetricsState: Sendable {
  private let jobDuration: Timer
  private let startUpDuration: Timer
  private let workersStarted: Counter
  private let workersUnavailable: Counter
  private let sentBytes: Counter
  private let receivedBytes: Counter
  private let workers: Meter
  private let inFlight: Meter
  private let queued: Meter
  private let windowJobs: Meter
  private let windowBytes: Meter
  private var jobs: Family
  private var retries: Family
  private var workersEnded: Family

  private var alive = 0
  /// Of the calls under way.
  private var windows: [Int: CallWindow] = [:]

  /// Counters that differ in one dimension, made as its values come up.
  private struct Family: Sendable {
    let name: String
    let dimension: String
    let maker: MetricMaker
    private var counters: [String: Counter] = [:]

    init(_ name: String, by dimension: String, _ maker: MetricMaker) {
      self.name = name
      self.dimension = dimension
      self.maker = maker
    }

    mutating func increment(_ value: String, by count: Int = 1) {
      let counter = counters[value] ?? maker.counter(name, [(dimension, value)])
      counters[value] = counter
      counter.increment(by: count)
    }
  }

  init(maker: MetricMaker) {
    jobDuration = maker.timer("job_duration")
    startUpDuration = maker.timer("worker_startup_duration")
    workersStarted = maker.counter("workers_started_total")
    workersUnavailable = maker.counter("workers_unavailable_total")
    sentBytes = maker.counter("sent_bytes_total")
    receivedBytes = maker.counter("received_bytes_total")
    workers = maker.meter("workers")
    inFlight = maker.meter("jobs_in_flight")
    queued = maker.meter("jobs_queued")
    windowJobs = maker.meter("window_jobs")
    windowBytes = maker.meter("window_bytes")
    jobs = Family("jobs_total", by: "outcome", maker)
    retries = Family("retries_total", by: "failure", maker)
    workersEnded = Family("workers_ended_total", by: "reason", maker)
  }

  mutating func note(_ event: PoolEvent) {
    switch event {
    case .workerStarted:
      workersStarted.increment()
      changeWorkers(by: 1)
    case .workerReady(_, let startUp, _): startUpDuration.record(duration: startUp)
    case .workerEnded(_, let ending, _, _, _):
      workersEnded.increment(ending.kind)
      changeWorkers(by: -1)
    case .workerUnavailable: workersUnavailable.increment()
    case .jobsFinished(let range, let run, _):
      jobs.increment("done", by: range.jobs.count)
      jobDuration.record(duration: run.each)
    case .jobsFailed(let range, let failure, _, _, _):
      jobs.increment(failure.kind, by: range.jobs.count)
    case .jobsRetried(let range, let failure, _, _, _, _):
      retries.increment(failure.kind, by: range.jobs.count)
    case .bytesSent(let count, _, _): sentBytes.increment(by: count)
    case .bytesReceived(let count, _, _): receivedBytes.increment(by: count)
    case .windowChanged(let window, _):
      windows[window.call] = window
      setWindows()
    case .callEnded(let call, _):
      windows[call] = nil
      setWindows()
    case .callOpened, .jobsSent, .jobsStarted, .gaveUp, .closed: break
    }
  }

  private mutating func changeWorkers(by change: Int) {
    alive += change
    workers.set(alive)
  }

  private func setWindows() {
    func total(_ value: (CallWindow) -> Int) -> Int {
      windows.values.reduce(0) { $0 + value($1) }
    }
    inFlight.set(total(\.inFlight))
    queued.set(total(\.queued))
    windowJobs.set(total(\.jobs))
    windowBytes.set(total(\.bytes))
  }
}

extension Timer {
  fileprivate func record(duration: Duration) {
    let (seconds, attoseconds) = duration.components
    // A run of centuries is the largest value.
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    recordNanoseconds(overflow ? .max : whole + attoseconds / 1_000_000_000)
  }
}
