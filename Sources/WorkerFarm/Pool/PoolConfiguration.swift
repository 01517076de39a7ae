public import Logging

/// How a ``WorkerPool`` behaves. The defaults suit CPU-bound jobs of any length.
public struct PoolConfiguration: Sendable {
  /// Worker processes alive at once, at least 1. They're started when there is work for them.
  public var workers: Int

  /// What the workers run.
  public var command: WorkerCommand

  /// Which failed jobs are tried again, how often, and when.
  public var retry = RetryPolicy.afterCrashes

  /// When workers that are well are replaced by fresh ones.
  public var recycling = Recycling()

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

  /// Where the pool reports what a caller can't see from outcomes: as warnings dead workers and those that can't be
  /// started, as an error why the pool gave up; at level debug attempts that are followed by another, and
  /// workers that end in order. A storm of the same kind is cut short, and what was left out is counted.
  public var logger: Logger?

  /// Who is told what happens, on the pool's own thread; see ``PoolObserver``. With none, and nobody who listens
  /// to ``WorkerPool/events(buffering:)``, no event is ever built.
  public var observers: [any PoolObserver] = []

  /// Gets every line that a worker writes to its standard error, in its order, on the pool's own thread; it must
  /// be quick. A failure's last words stay as they are. Without it the lines are only kept for these.
  public var standardErrorHandler: (@Sendable (WorkerLine) -> Void)?

  /// - Parameter workers: nil for ``ProcessorCount/available``.
  public init(workers: Int? = nil, command: WorkerCommand = .currentExecutable) {
    self.workers = workers ?? ProcessorCount.available
    self.command = command
  }

  var policy: Scheduler.Policy {
    // All workers may be busy with jobs that kill; the pool is well until such a job has failed by name.
    Scheduler.Policy(
      workers: workers,
      retry: retry,
      restartBudget: restartBudget ?? max(8, (retry.attempts + 1) * workers),
      startTimeout: startTimeout.clampedNanoseconds,
      window: Window(jobs: window ?? 1024, bytes: windowBytes),
      memory: memory, windowAdapts: window == nil, recycling: recycling)
  }

  /// What the length field can say is the limit of limits.
  var usableFrameLimit: Int { min(frameLimit, Frame.largestLimit) }
}
