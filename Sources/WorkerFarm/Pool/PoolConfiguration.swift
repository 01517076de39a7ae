public import Logging

/// How a ``WorkerPool`` behaves. The defaults suit CPU-bound jobs of any length.
public struct PoolConfiguration: Sendable {
  /// Worker processes alive at once, at least 1. They're started when there is work for them.
  public var workers: Int

  /// What the workers run.
  public var command: WorkerCommand

  /// How often a job may be begun when its workers die, from 1 to 65,535. The default of 2 is one retry,
  /// alone on a fresh worker.
  public var attempts = 2

  /// How long one job may run before its worker is killed; nil for as long as it likes. Counted from
  /// the moment the job can have begun, by the monotonic clock.
  public var timeout: Duration?

  /// How long a worker may take from its start to its first word.
  public var startTimeout: Duration = .seconds(10)

  /// How many workers may die in a row, with no job finished in between, before the pool gives up.
  /// nil for as many as the attempts at one job for each worker, and one more each, at least 8.
  public var restartBudget: Int?

  /// How many inputs of one call may be taken in and not yet handed out as outcomes; nil adapts it to
  /// the length of the jobs, from 1,024 upward.
  public var window: Int?

  /// The bound on the same inputs and outcomes in encoded bytes. Jobs in flight may go over it.
  public var windowBytes = 32 << 20

  /// The largest encoded input or output in bytes, at most 4 GiB minus 16.
  public var frameLimit = 64 << 20

  /// What all running jobs together may use of memory, in bytes; nil for no bound. A job has an equal share, and
  /// asks for more by ``JobMemory/claim(_:)``. What a worker needs for itself, some 10 MB, isn't counted.
  public var memory: Int?

  /// What workers give up before their first job.
  public var sandbox = SandboxPolicy.none

  /// Where the pool reports what a caller can't see from outcomes, for example dead workers.
  public var logger: Logger?

  /// - Parameter workers: nil for ``ProcessorCount/available``.
  public init(workers: Int? = nil, command: WorkerCommand = .currentExecutable) {
    self.workers = workers ?? ProcessorCount.available
    self.command = command
  }

  var policy: Scheduler.Policy {
    // All workers may be busy with jobs that kill; the pool is well until such a job has failed by name.
    let attempts = max(1, min(attempts, Int(UInt16.max)))
    return Scheduler.Policy(
      workers: workers,
      deathsAllowed: attempts,
      restartBudget: restartBudget ?? max(8, (attempts + 1) * workers),
      startTimeout: startTimeout.clampedNanoseconds,
      window: Window(jobs: window ?? 1024, bytes: windowBytes),
      memory: memory, windowAdapts: window == nil)
  }
}
