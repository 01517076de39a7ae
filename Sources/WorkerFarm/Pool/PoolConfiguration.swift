public import Logging

/// How a ``WorkerPool`` behaves. The defaults suit CPU-bound jobs of any length.
///
/// ```swift
/// var configuration = PoolConfiguration.processes(count: 8)
/// configuration.timeout = .seconds(30)
/// configuration.retry = .afterCrashes(attempts: 3)
/// ```
public struct PoolConfiguration: Sendable {
  /// What jobs run in. Calls, outcomes, their order and back-pressure are the same for all; see each for what it
  /// can't do.
  public enum Backend: Hashable, Sendable {
    /// Worker processes: a job that crashes, hangs or bloats costs itself alone.
    case processes

    /// Threads of this process: as quick to start as it gets, and a crash takes the whole program along. A thread
    /// can't be killed: a job that is late or isn't wanted any more gets its outcome at once and its place a new
    /// thread, while the old one is abandoned until its job ends by itself. Limits on memory, recycling by size, and
    /// ``WorkerCommand`` don't apply.
    case threads

    /// The thread that asks for an outcome, one job at a time: for debugging, and where there may be no threads. Jobs
    /// can't be interrupted, so a timeout is found out afterwards, and cancelling waits for the job that runs.
    case inline
  }

  /// What jobs run in.
  public var backend = Backend.processes

  /// Workers alive at once, at least 1. They're started when there is work for them. See also
  /// ``WorkerPool/resize(to:)``.
  public var workers: Int

  /// What worker processes run.
  public var command: WorkerCommand

  /// How the system is to treat workers: nice value, processors.
  public var traits = WorkerTraits()

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

  /// What becomes of jobs that run when their call is left early, or its task is cancelled.
  public var onCancel = CancelPolicy.kill

  /// How many inputs of one call may be taken in and not yet handed out as outcomes; nil adapts it to
  /// the length of the jobs, from 1,024 upward.
  public var window: Int?

  /// The bound on the same inputs and outcomes in encoded bytes. Jobs in flight may go over it.
  public var windowBytes = 32 << 20

  /// The largest encoded input or output in bytes, at most 4 GiB minus 16.
  public var frameLimit = 64 << 20

  /// Whether short jobs travel many in a frame to workers that can take them so. Nothing else depends on it: order,
  /// errors, timeouts and retries are each job's own either way.
  public var sharesFrames = true

  /// What all running jobs together may use of memory, in bytes; nil for no bound. A job has an equal share, and
  /// asks for more by ``JobMemory/claim(_:)``. What a worker needs for itself, some 10 MB, isn't counted.
  public var memory: Int?

  /// The most that a worker may hold of memory, in bytes, all included; nil for no limit. One that holds more is
  /// killed, and its job fails as ``JobFailure/memoryLimit(needed:allowed:)``. Worker processes only.
  public var workerMemoryLimit: Int?

  /// Jobs that killed workers, which are refused from now on; nil if there's no such list.
  public var quarantine: Quarantine?

  /// What workers give up before their first job. Worker processes only.
  public var sandbox = SandboxPolicy.none

  /// Where the pool reports what a caller can't see from outcomes: as warnings dead workers and those that can't be
  /// started, as an error why the pool gave up; at level debug attempts that are followed by another, and
  /// workers that end in order. A storm of the same kind is cut short, and what was left out is counted.
  public var logger: Logger?

  /// Who is told what happens, on the pool's own thread; see ``PoolObserver``. With none, and nobody who listens
  /// to ``WorkerPool/events(buffering:)``, no event is ever built.
  public var observers: [any PoolObserver] = []

  /// Gets every line that a worker writes to its standard error, in its order, on the pool's own thread; it must
  /// be quick. A failure's last words stay as they are. Without it the lines are only kept for these. Worker
  /// processes only: others write to this program's own.
  public var standardErrorHandler: (@Sendable (WorkerLine) -> Void)?

  /// Worker processes with the defaults of everything else.
  ///
  /// - Parameters:
  ///   - workers: nil for ``ProcessorCount/available``.
  ///   - command: what they run.
  public init(workers: Int? = nil, command: WorkerCommand = .currentExecutable) {
    self.workers = workers ?? ProcessorCount.available
    self.command = command
  }

  /// Worker processes; see ``Backend-swift.enum/processes``.
  ///
  /// - Parameters:
  ///   - count: nil for ``ProcessorCount/available``.
  ///   - command: what they run.
  public static func processes(
    count: Int? = nil, command: WorkerCommand = .currentExecutable
  ) -> PoolConfiguration {
    PoolConfiguration(workers: count, command: command)
  }

  /// Threads of this process; see ``Backend/threads``.
  ///
  /// - Parameter count: nil for ``ProcessorCount/available``.
  public static func threads(count: Int? = nil) -> PoolConfiguration {
    var configuration = PoolConfiguration(workers: count)
    configuration.backend = .threads
    return configuration
  }

  /// The calling thread; see ``Backend/inline``.
  public static var inline: PoolConfiguration {
    var configuration = PoolConfiguration(workers: 1)
    configuration.backend = .inline
    return configuration
  }

  /// What becomes of jobs that run when nobody wants their outcomes any more.
  public enum CancelPolicy: Hashable, Sendable {
    /// Their workers are killed.
    case kill
    /// They end in their own way, and their outcomes are dropped.
    case finish
  }
}

extension PoolConfiguration {
  var policy: Scheduler.Policy {
    Scheduler.Policy(
      workers: workers,
      retry: retry,
      restartBudget: restartBudget,
      startTimeout: startTimeout.clampedNanoseconds,
      window: Window(jobs: window ?? 1024, bytes: windowBytes),
      memory: memory, windowAdapts: window == nil, recycling: recycling)
  }

  /// What the length field can say is the limit of limits.
  var usableFrameLimit: Int { min(frameLimit, Frame.largestLimit) }
}
