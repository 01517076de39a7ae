import DequeModule

/// A call that streams jobs through the pool, for example one `map`.
typealias StreamID = Int
/// A worker's place in the pool; its successor after a death takes the same place.
typealias WorkerID = Int

/// Every rule of the pool, without a clock, a descriptor, a thread or randomness of its own.
///
/// ```
///  submit ─► queue ──► in flight at a worker ──► finished ──► delivered ─► consumed
///              ▲              │ its worker died                 in order
///              ├── not begun ─┤
///              ├── suspects ◄─┤ it was running: once more, alone
///              ├── delayed  ◄─┤ it failed, and is to be tried again after a while
///              └── large    ◄─┘ it asked for more memory: when there is enough
/// ```
///
/// Facts come in as method calls that carry the time where it matters; what is to be done about them
/// comes out of ``takeActions(into:)``. The engine performs the actions and knows no rule. Jobs are kept in
/// batches, see ``JobBatch``; each lies in exactly one of the places of the picture.
///
/// Invariants, which the simulation in the tests checks after every step:
/// - each job submitted is delivered exactly once, unless its stream is abandoned;
/// - an ordered stream delivers in the order of submission;
/// - a stream's live jobs never exceed its window;
/// - a job that was running when its worker died pays for it; one that wasn't running isn't charged.
struct Scheduler: Sendable {
  struct Policy: Sendable {
    /// Workers alive at once, at least 1; to begin with, see ``Scheduler/resize(to:)``.
    var workers: Int
    /// Which failed jobs are tried again.
    var retry = RetryPolicy.afterCrashes
    /// How many workers may die in a row with no job finished in between; nil for a number that suits as many
    /// workers as there are.
    var restartBudget: Int?
    /// How long a worker may take to say hello.
    var startTimeout: Nanoseconds
    /// How long a worker may take to end when it's let go: five seconds are enough for whatever a
    /// program does at exit, and an end for one that doesn't listen.
    var retireTimeout: Nanoseconds = 5_000_000_000
    /// The bound on each stream.
    var window = Window(jobs: 1024, bytes: 32 << 20)
    /// What all jobs together may use, in bytes; nil for no bound.
    var memory: Int?
    /// Whether windows grow when jobs turn out to be so short that workers would wait.
    var windowAdapts = true
    /// When a worker is let go and replaced, between jobs.
    var recycling = Recycling()
  }

  enum Action: Sendable {
    /// Start a process for this place; answer ``workerReady(_:pid:now:)`` or ``workerEnded(_:running:death:now:)``.
    case start(WorkerID)
    case send(JobBatch, to: WorkerID)
    /// The job, which is sent next, may use this many bytes.
    case grant(JobID, bytes: Int, to: WorkerID)
    case kill(WorkerID)
    /// Let it end in order: it's sent nothing more.
    case retire(WorkerID)
    /// Hand the outcomes to the consumer.
    case deliver(FinishedBatch, to: StreamID)
    /// The stream's last outcome was delivered.
    case finish(StreamID)
    /// Jobs have failed for good; their outcomes are delivered when it's their turn.
    case failed(JobBatch, JobFailure)
    /// A job that failed goes back, to be tried again at that time.
    case retry(JobBatch, after: JobFailure, at: Nanoseconds)
    /// The pool can't go on.
    case giveUp(Hopeless)
  }

  /// Why the pool can't go on.
  enum Hopeless: Hashable, Sendable {
    case restartBudgetSpent(deaths: Int)
    case noWorkerCanBeStarted
  }

  struct Stream: Sendable {
    let id: StreamID
    var isOrdered: Bool
    var timeout: Nanoseconds?
    var window: Window
    /// Accepted and not sent, in order.
    var queue = JobQueue()
    /// Ordered streams only: what is finished out of turn, by the first job's index.
    var finished: [Int: FinishedBatch] = [:]
    /// Ordered streams only: the first job that isn't delivered.
    var nextIndex = 0
    var undelivered = 0
    var submitted = 0
    var inputEnded = false
    /// Nothing more of it may be begun: it was stopped, abandoned or killed.
    var isStopped = false
    /// Nor may what was begun go on.
    var isAborted = false
  }

  /// Why a worker is killed.
  enum KillReason: Hashable, Sendable {
    /// It broke the protocol or a pipe; it pays as if it had died by itself.
    case misconduct
    /// It didn't start, or didn't end, in time.
    case slow
    /// This job took too long. The others that it holds aren't to blame.
    case late(JobID)
    /// It uses more memory than it may, in bytes; the job that it runs pays.
    case overMemory(Int, allowed: Int)
    /// Nothing is wrong with it: what it runs isn't wanted any more.
    case recalled

    var lateJob: JobID? {
      if case .late(let job) = self { return job }
      return nil
    }
  }

  struct Worker: Sendable {
    enum Phase: Hashable, Sendable { case absent, starting, ready, retiring, dying }
    var phase = Phase.absent
    var pid: Int32?
    var inFlight = Deque<JobBatch>()
    var inFlightJobs = 0
    var inFlightBytes = 0
    /// Runs one suspected or large job and is sent nothing beside it.
    var isIsolated = false
    /// What its jobs were granted, in bytes, if it's more than the share.
    var memory = 0
    /// How many jobs it was sent so far.
    var jobsBegun = 0
    /// Since when it serves.
    var readySince: Nanoseconds = 0
    /// It has done its share, or grew too large: it's let go when it has nothing in flight.
    var isWorn = false
    /// There are more workers than there should be, and it's one of those that go.
    var isSurplus = false
    /// Since when it starts or retires, or since when the first job in flight can have been running.
    var since: Nanoseconds = 0
    /// The job that it was seen running when its first job seemed late.
    var seen: JobID?
    var killReason: KillReason?
    var repliesSinceSettled = 0
  }

  let policy: Policy
  /// Few, so that a search beats a dictionary. Only streams with something to come are here.
  var streams: [Stream] = []
  /// One for each place, `absent` where nobody is.
  var workers: [Worker]
  /// Jobs that were running when their worker died, one in each batch.
  var suspects = Deque<JobBatch>()
  /// Jobs that asked for more memory than their worker's share, one in each batch.
  var large = Deque<JobBatch>()
  /// Jobs that wait until they're tried again, one in each batch; the first to be due is the first.
  var delayed: [(due: Nanoseconds, batch: JobBatch)] = []
  var pace = Pace()
  var deathsInARow = 0
  /// Workers that there should be, at least 1.
  var size: Int
  /// Places that may hold a worker; fewer than the size when the system refuses processes.
  var capacity: Int
  var isClosing = false
  var hasGivenUp = false
  /// Not taken yet.
  var actions: [Action] = []
  var lastStream = 0
  var lastJob: UInt64 = 0

  init(policy: Policy) {
    precondition(policy.workers >= 1)
    self.policy = policy
    workers = Array(repeating: Worker(), count: policy.workers)
    size = policy.workers
    capacity = policy.workers
  }

  /// Exchanges an empty list for what is to be done now, in this order.
  mutating func takeActions(into list: inout [Action]) { swap(&list, &actions) }
}
