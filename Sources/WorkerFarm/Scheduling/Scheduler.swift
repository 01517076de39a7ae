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
///              └── retries ◄──┘ it was running: once more, alone
/// ```
///
/// Facts come in as method calls that carry the time where it matters; what is to be done about them
/// comes out of ``takeActions(into:)``. The engine performs the actions and knows no rule.
///
/// Invariants, which the simulation in the tests checks after every step:
/// - each job submitted is delivered exactly once, unless its stream is abandoned;
/// - an ordered stream delivers in the order of submission;
/// - a stream's live jobs never exceed its window;
/// - a job that was running when two workers died has failed; one that wasn't running isn't charged.
struct Scheduler: Sendable {
  struct Policy: Sendable {
    /// Workers alive at once, at least 1.
    var workers: Int
    /// How many deaths a job may cause before it fails: 2 is one retry. At most 65,535.
    var deathsAllowed = 2
    /// How many workers may die in a row with no job finished in between.
    var restartBudget: Int
    /// How long a worker may take to say hello.
    var startTimeout: Nanoseconds
    /// How long a worker may take to end when it's let go: five seconds are enough for whatever a
    /// program does at exit, and an end for one that doesn't listen.
    var retireTimeout: Nanoseconds = 5_000_000_000
    /// The bound on each stream.
    var window = Window(jobs: 1024, bytes: 32 << 20)
    /// Whether windows grow when jobs turn out to be so short that workers would wait.
    var windowAdapts = true
  }

  enum Action: Hashable, Sendable {
    /// Start a process for this place; answer ``workerReady(_:now:)`` or ``workerEnded(_:running:)``.
    case start(WorkerID)
    case send(JobID, to: WorkerID)
    case kill(WorkerID)
    /// Let it end in order: it's sent nothing more.
    case retire(WorkerID)
    /// The job has no reply and gets none.
    case fail(JobID, Cause)
    /// Hand the outcome to the consumer. The id is free afterwards.
    case deliver(JobID, to: StreamID, attempts: Int)
    /// The stream's last outcome was delivered.
    case finish(StreamID)
    /// The pool can't go on.
    case giveUp(Hopeless)
  }

  /// Why a job fails without a reply.
  enum Cause: Hashable, Sendable { case crashed, timedOut, cancelled }

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
    var queue = Deque<JobID>()
    /// Accepted and not delivered, in order; kept for ordered streams only.
    var order = Deque<JobID>()
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
    /// Nothing is wrong with it: what it runs isn't wanted any more.
    case recalled

    /// Whether it was the scheduler's own decision, and not because of this job.
    func clears(_ job: JobID) -> Bool {
      switch self {
      case .misconduct, .slow: false
      case .late(let late): job != late
      case .recalled: true
      }
    }
  }

  struct Worker: Sendable {
    enum Phase: Hashable, Sendable { case absent, starting, ready, retiring, dying }
    var phase = Phase.absent
    var inFlight = Deque<JobID>()
    var inFlightBytes = 0
    /// Runs one suspected job and is sent nothing beside it.
    var isIsolated = false
    var hasBegunWork = false
    /// Since when it starts or retires, or since when the first job in flight can have been running.
    var since: Nanoseconds = 0
    var killReason: KillReason?
    var repliesSinceSettled = 0
  }

  let policy: Policy
  var jobs = JobTable()
  /// Few, so that a search beats a dictionary. Only streams with something to come are here.
  var streams: [Stream] = []
  /// One for each place, `absent` where nobody is.
  var workers: [Worker]
  var retries = Deque<JobID>()
  var pace = Pace()
  var deathsInARow = 0
  /// Places that may hold a worker; fewer than the policy's when the system refuses processes.
  var capacity: Int
  var isClosing = false
  var hasGivenUp = false
  /// Not taken yet.
  var actions: [Action] = []
  var lastStream = 0

  init(policy: Policy) {
    precondition(policy.workers >= 1)
    self.policy = policy
    workers = Array(repeating: Worker(), count: policy.workers)
    capacity = policy.workers
  }

  /// Exchanges an empty list for what is to be done now, in this order.
  mutating func takeActions(into list: inout [Action]) {
    swap(&list, &actions)
    jobs.reuseReleased()
  }
}
