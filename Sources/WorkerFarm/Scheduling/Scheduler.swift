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
    /// How many deaths a job may cause before it fails: 2 is one retry.
    var deathsAllowed = 2
    /// How many workers may die in a row with no job finished in between.
    var restartBudget: Int
    /// How long a worker may take to say hello.
    var startTimeout: Nanoseconds
    /// The bound on each stream.
    var window = Window(jobs: 1024, bytes: 32 << 20)
    /// Whether windows grow when jobs turn out to be so short that workers would wait.
    var windowAdapts = true
  }

  enum Action: Hashable, Sendable {
    /// Start a process for this place; answer ``workerReady(_:now:)`` or ``workerEnded(_:running:now:)``.
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
    var inputEnded = false
    /// Nothing more of it may be begun: it was stopped, abandoned or killed.
    var isStopped = false
  }

  struct Worker: Sendable {
    enum Phase: Hashable, Sendable { case absent, starting, ready, retiring, dying }
    var phase = Phase.absent
    var inFlight = Deque<JobID>()
    var inFlightBytes = 0
    /// Runs one suspected job and is sent nothing beside it.
    var isIsolated = false
    var hasBegunWork = false
    /// Since when it starts, or since when the first job in flight can have been running.
    var since: Nanoseconds = 0
    var timedOut = false
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
  private var lastStream = 0

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

  // MARK: The consumer's side

  mutating func open(isOrdered: Bool, timeout: Nanoseconds?) -> StreamID {
    lastStream += 1
    streams.append(
      Stream(id: lastStream, isOrdered: isOrdered, timeout: timeout, window: policy.window))
    return lastStream
  }

  func index(of id: StreamID) -> Int? { streams.firstIndex { $0.id == id } }

  /// How many more inputs the stream may submit now.
  func room(of id: StreamID) -> Int {
    guard let index = index(of: id), !streams[index].inputEnded, !hasGivenUp else { return 0 }
    return streams[index].window.room
  }

  /// Takes an input of `size` encoded bytes; dispatching is up to ``dispatch(now:)``.
  ///
  /// - Parameter isResolved: it needs no worker, because it failed already; its turn comes all the same.
  mutating func submit(size: Int, to id: StreamID, isResolved: Bool = false) -> JobID {
    guard let index = index(of: id) else { preconditionFailure("stream \(id) isn't open") }
    precondition(streams[index].window.room > 0, "the window is full")
    let job = jobs.insert(JobEntry(stream: id, size: size))
    streams[index].window.admit(bytes: size)
    streams[index].undelivered += 1
    if streams[index].isOrdered { streams[index].order.append(job) }
    if isResolved {
      finish(job, size: size)
    } else {
      streams[index].queue.append(job)
    }
    return job
  }

  mutating func endInput(of id: StreamID) {
    guard let index = index(of: id) else { return }
    streams[index].inputEnded = true
    finishIfDone(index)
  }

  /// The consumer has taken this many outcomes, worth this many bytes.
  mutating func consumed(jobs count: Int, bytes: Int, of id: StreamID) {
    guard let index = index(of: id) else { return }
    streams[index].window.release(jobs: count, bytes: bytes)
  }

  // MARK: Ends

  /// No new work: queued jobs become outcomes that say cancelled, running ones end in their way.
  mutating func stop(_ id: StreamID) {
    guard let index = index(of: id) else { return }
    streams[index].isStopped = true
    streams[index].inputEnded = true
    let queued = Array(streams[index].queue) + retries.filter { jobs[$0].stream == id }
    streams[index].queue.removeAll()
    retries.removeAll { jobs[$0].stream == id }
    for job in queued {
      actions.append(.fail(job, .cancelled))
      finish(job, size: 0)
    }
    // The last of them may have ended the stream.
    if let index = self.index(of: id) { finishIfDone(index) }
  }

  /// As ``stop(_:)``, and workers that hold jobs of the stream are killed.
  mutating func abort(_ id: StreamID) {
    stop(id)
    for index in workers.indices where workers[index].inFlight.contains(where: { jobs[$0].stream == id })
    {
      kill(index)
    }
  }

  /// Ends the workers, at once or after the work that is queued.
  mutating func close(killing: Bool) {
    isClosing = true
    if killing { killAll() }
    retireIfIdle()
  }

  /// Nothing is left to do and nobody is left to do it.
  var isClosed: Bool {
    isClosing && streams.isEmpty && workers.allSatisfy { $0.phase == .absent }
  }

  mutating func killAll() {
    for id in streams.map(\.id) { stop(id) }
    for index in workers.indices { kill(index) }
  }

  mutating func kill(_ id: WorkerID) {
    guard workers[id].phase != .absent, workers[id].phase != .dying else { return }
    workers[id].phase = .dying
    actions.append(.kill(id))
  }

  mutating func retireIfIdle() {
    guard isClosing, jobs.count == 0 else { return }
    for index in workers.indices {
      guard workers[index].phase == .starting || workers[index].phase == .ready else { continue }
      workers[index].phase = .retiring
      actions.append(.retire(index))
    }
  }
}
