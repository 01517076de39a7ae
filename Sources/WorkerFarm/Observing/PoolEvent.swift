/// Something that happened in a ``WorkerPool``, for a ``PoolObserver`` or ``WorkerPool/events(buffering:)``.
///
/// Short jobs travel in batches, and what befalls a batch is one event with a range of jobs; a job that needs
/// milliseconds is a range of one. So a million small jobs make some thousand events.
///
/// Guarantees:
/// - Events come in the order in which the coordinator learnt of them; `at`, the moment when it did, never
///   goes back.
/// - A worker's events are: started, then perhaps ready, then its jobs, and exactly one end.
/// - A job's events are: sent, started, then one of finished, failed and retried. After a retry they begin
///   again. A job that no worker began, because it was cancelled or can't be encoded, only fails; so does one whose
///   workers died before it several times over.
/// - Each job of a call finishes or fails exactly once, unless the consumer leaves it early.
/// - A job that was sent and of which nothing more was said when its worker ended was returned unbegun; it's
///   sent again free of charge. So is, without a word, one that asks for more memory by ``JobMemory/claim(_:)``.
/// - Ranges may be divided on the way: what is sent as 0..<100 may finish as 0..<60 and 60..<100.
public enum PoolEvent: Sendable {
  /// A call, such as one `map`, began to use the pool. Calls are numbered from 1.
  case callOpened(Int, jobType: String, at: MonotonicInstant)
  /// Its last outcome is on its way to the consumer, or the consumer has left.
  case callEnded(Int, at: MonotonicInstant)

  /// A process was started.
  case workerStarted(PoolWorker, at: MonotonicInstant)
  /// It said hello, and can be sent jobs.
  case workerReady(PoolWorker, startUp: Duration, at: MonotonicInstant)
  /// It's gone and reaped. `lastWords` is the end of what it wrote to its standard error.
  case workerEnded(
    PoolWorker, WorkerEnding, Termination, lastWords: String, at: MonotonicInstant)
  /// The system refused a process for this place; the pool goes on with fewer.
  case workerUnavailable(place: Int, reason: String, at: MonotonicInstant)

  /// Jobs are on their way to a worker; `bytes` is the size of their encoded inputs.
  case jobsSent(JobRange, attempt: Int, bytes: Int, to: PoolWorker, at: MonotonicInstant)
  /// The worker can have begun the first of these. It runs them one after another, and says nothing of the others'
  /// beginnings.
  case jobsStarted(JobRange, by: PoolWorker, at: MonotonicInstant)
  /// Their outputs are there. Whether they can be decoded the consumer will see.
  case jobsFinished(JobRange, JobRun, at: MonotonicInstant)
  /// They failed for good, after as many attempts. The run is nil if they failed, or were cancelled, without
  /// having been run.
  case jobsFailed(JobRange, JobFailure, attempts: Int, JobRun?, at: MonotonicInstant)
  /// An attempt failed, the `attempts`-th, and they're tried again, not before they're due.
  case jobsRetried(
    JobRange, after: JobFailure, attempts: Int, due: MonotonicInstant, JobRun?,
    at: MonotonicInstant)

  /// What a call holds changed since it was last said. An inline pool has no window, and says nothing of it.
  case windowChanged(CallWindow, at: MonotonicInstant)
  /// So many bytes went into a worker's pipe.
  case bytesSent(Int, to: PoolWorker, at: MonotonicInstant)
  /// So many bytes were read from a worker's replies.
  case bytesReceived(Int, from: PoolWorker, at: MonotonicInstant)

  /// The pool can't go on; calls under way end with this error.
  case gaveUp(PoolError, at: MonotonicInstant)
  /// The pool has ended and its processes are gone. Always the last event.
  case closed(at: MonotonicInstant)
}

/// A worker, from its start to its end.
public struct PoolWorker: Hashable, Sendable {
  /// Its place in the pool, from 0. Its successor takes the same place.
  public var place: Int
  /// Counts the workers that the pool started, from 1: no two have the same, unlike places and pids.
  public var serial: Int
  /// The process; nil for a worker that is none.
  public var pid: Int32?

  /// A worker as an event names it; for tests of observers.
  ///
  /// - Parameters:
  ///   - place: its place in the pool, from 0.
  ///   - serial: which of the pool's workers, from 1.
  ///   - pid: nil for a worker that is no process.
  public init(place: Int, serial: Int, pid: Int32?) {
    self.place = place
    self.serial = serial
    self.pid = pid
  }
}

/// Consecutive jobs of one call.
public struct JobRange: Hashable, Sendable {
  /// The call's number in its pool, from 1.
  public var call: Int
  /// The inputs' positions in the call, from 0. Never empty.
  public var jobs: Range<Int>

  /// Jobs as an event names them; for tests of observers.
  ///
  /// - Parameters:
  ///   - call: the call's number, from 1.
  ///   - jobs: positions in the call, from 0; not empty.
  public init(call: Int, jobs: Range<Int>) {
    self.call = call
    self.jobs = jobs
  }
}

/// Where and when jobs ran, as the coordinator sees it.
public struct JobRun: Hashable, Sendable {
  /// Where they ran.
  public var worker: PoolWorker
  /// When the first of them can have begun.
  public var began: MonotonicInstant
  /// How long each took; the mean for jobs that were answered together.
  public var each: Duration

  /// A run as an event tells of it; for tests of observers.
  ///
  /// - Parameters:
  ///   - worker: where they ran.
  ///   - began: when the first of them can have begun.
  ///   - each: how long each took.
  public init(worker: PoolWorker, began: MonotonicInstant, each: Duration) {
    self.worker = worker
    self.began = began
    self.each = each
  }
}

/// Why a worker ended.
public enum WorkerEnding: Hashable, Sendable {
  /// There's no more use for it: the pool closes or shrinks.
  case retired
  /// It had done its share, see ``Recycling``.
  case recycled
  /// Nothing was wrong with it: it was killed because what it ran wasn't wanted any more.
  case recalled
  /// It was killed because a job took longer than ``PoolConfiguration/timeout``.
  case late
  /// It was killed because it didn't say hello, or didn't end, in time.
  case unresponsive
  /// It was killed because it used more memory than it may, in bytes.
  case overMemory(used: Int, allowed: Int)
  /// It was killed because it broke the wire format.
  case violation(WireError)
  /// It ended by itself, or somebody else killed it.
  case crashed

  /// A stable word for reports, for example `crashed`.
  public var kind: String {
    switch self {
    case .retired: "retired"
    case .recycled: "recycled"
    case .recalled: "recalled"
    case .late: "late"
    case .unresponsive: "unresponsive"
    case .overMemory: "overMemory"
    case .violation: "violation"
    case .crashed: "crashed"
    }
  }

  /// Whether the pool let it go in order, or killed it through no fault of its own.
  public var isOrderly: Bool {
    switch self {
    case .retired, .recycled, .recalled: true
    case .late, .unresponsive, .overMemory, .violation, .crashed: false
    }
  }
}

/// What a call holds at a moment.
public struct CallWindow: Hashable, Sendable {
  /// The call's number in its pool, from 1.
  public var call: Int
  /// Inputs that were taken in and whose outcomes aren't consumed yet.
  public var jobs: Int
  /// The bytes of these inputs and outcomes, encoded.
  public var bytes: Int
  /// How many of the jobs wait for a worker. Those that wait for another attempt aren't counted.
  public var queued: Int
  /// How many of the jobs are at workers.
  public var inFlight: Int

  /// A window as an event tells of it; for tests of observers.
  ///
  /// - Parameters:
  ///   - call: the call's number, from 1.
  ///   - jobs: see ``jobs``.
  ///   - bytes: see ``bytes``.
  ///   - queued: see ``queued``.
  ///   - inFlight: see ``inFlight``.
  public init(call: Int, jobs: Int, bytes: Int, queued: Int, inFlight: Int) {
    self.call = call
    self.jobs = jobs
    self.bytes = bytes
    self.queued = queued
    self.inFlight = inFlight
  }
}
