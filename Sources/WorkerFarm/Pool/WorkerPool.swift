import Glibc

/// A pool of workers: `pool.map` for CPU-bound work, where a crash, a hang or a memory blow-up in one job costs
/// that job alone. As a rule they're processes; ``PoolConfiguration/Backend`` has the others.
///
/// ```swift
/// let squares = try await withWorkerPool { pool in
///   try await pool.map((1...1000).map(Square.init))
/// }
/// ```
///
/// Any number of calls may share a pool at the same time, from any threads; their jobs take turns. The
/// workers are started when there's work, and end with the pool: at ``shutdown(_:)``, when the last
/// reference to it goes, or when this process ends in whatever way.
///
/// A pool runs one thread of its own (an inline one none), installs no signal handler, and waits for no child but its own.
public final class WorkerPool: Sendable {
  /// What the pool was made with. ``resize(to:)`` doesn't change it.
  public let configuration: PoolConfiguration
  private let registry = JobRegistry()
  private let runner: Runner

  private enum Runner: Sendable {
    case engine(Mailbox, EngineSeat)
    case inline(InlineDesk)
  }

  /// Makes a pool; no worker is started yet.
  ///
  /// - Parameter configuration: how it behaves; ``PoolConfiguration/workers`` must be at least 1.
  /// - Throws: ``PoolError/system(_:)`` if the coordinator gets no thread or descriptor, and
  ///   ``PoolError/workerDoesNotServe`` in a process that was itself started as a worker.
  public init(_ configuration: PoolConfiguration = PoolConfiguration()) throws(PoolError) {
    precondition(configuration.workers >= 1, "a pool has at least one worker")
    guard getenv(WorkerProcess.requestVariable) == nil else { throw .workerDoesNotServe }
    self.configuration = configuration
    if configuration.backend == .inline {
      runner = .inline(InlineDesk(registry: registry, watch: InlineWatch(configuration)))
      return
    }
    do {
      let mailbox = try Mailbox()
      let engine = Engine(
        configuration: configuration, mailbox: mailbox,
        system: EngineSystem(configuration, registry))
      let seat = try EngineSeat(engine, mailbox: mailbox)
      runner = .engine(mailbox, seat)
      try DedicatedThread.start(named: "worker-pool") { seat.run() }
    } catch {
      throw .system(error)
    }
  }

  deinit { close(.kill) }

  /// nil in an inline pool.
  var mailbox: Mailbox? {
    if case .engine(let mailbox, _) = runner { mailbox } else { nil }
  }

  private func close(_ closing: Mailbox.Closing) {
    switch runner {
    case .engine(let mailbox, _): mailbox.close(closing)
    case .inline(let desk): desk.close(closing)
    }
  }

  private func whenEnded(_ waiter: Waiter) {
    switch runner {
    case .engine(let mailbox, _): mailbox.whenEnded(waiter)
    case .inline(let desk): desk.whenEnded(waiter)
    }
  }

  func subscribe(_ subscription: EventSubscription) {
    switch runner {
    case .engine(let mailbox, _): mailbox.subscribe(subscription)
    case .inline(let desk): desk.watch.subscribe(subscription)
    }
  }

  /// Has the answer called with the statistics, on whatever thread.
  func ask(_ answer: @escaping @Sendable (PoolStatistics) -> Void) {
    switch runner {
    case .engine(let mailbox, _): mailbox.ask(answer)
    case .inline(let desk): answer(desk.watch.statistics)
    }
  }

  /// From now on there should be `workers` of them: more are started as there's work for them, and those that are
  /// too many end when they've done what they hold. Nothing is lost or begun twice. Safe from any thread, at any time;
  /// an inline pool stays as it is.
  ///
  /// - Parameter workers: at least 1.
  public func resize(to workers: Int) {
    precondition(workers >= 1, "a pool has at least one worker")
    if case .engine(let mailbox, _) = runner { mailbox.resize(to: workers) }
  }

  /// How a pool ends.
  public enum Shutdown: Sendable {
    /// After everything that was taken in is done. Calls under way must still be consumed.
    case drain
    /// At once: workers are killed, unfinished jobs are ``JobFailure/cancelled``.
    case cancel
  }

  /// Ends the pool and returns when its last process is gone and its thread is about to end.
  ///
  /// New calls throw ``PoolError/closed`` from now on. A pool that drains can still be cancelled by another call, but not
  /// the other way round; further calls wait for the same end. Cancelling the task that waits changes nothing.
  ///
  /// - Parameter mode: what becomes of jobs that aren't done.
  public func shutdown(_ mode: Shutdown = .drain) async {
    close(mode.closing)
    await withCheckedContinuation { whenEnded(.task($0)) }
  }

  /// As ``shutdown(_:)``, for a thread that may block.
  ///
  /// - Parameter mode: what becomes of jobs that aren't done.
  public func shutdownBlocking(_ mode: Shutdown = .drain) {
    close(mode.closing)
    let parker = ThreadParker()
    whenEnded(.thread(parker))
    parker.park()
  }

  /// A new call's way to the workers.
  func makeChannel<J: Job>(_: J.Type, isOrdered: Bool) -> any CallChannel {
    switch runner {
    case .engine(let mailbox, let seat):
      return makeChannel(J.self, isOrdered: isOrdered, mailbox, seat)
    case .inline(let desk):
      registry.register(J.self)
      return InlineChannel(jobName: J.jobName, desk: desk, configuration: configuration)
    }
  }

  private func makeChannel<J: Job>(
    _: J.Type, isOrdered: Bool, _ mailbox: Mailbox, _ seat: EngineSeat
  ) -> StreamChannel {
    if configuration.backend == .threads { registry.register(J.self) }
    return StreamChannel(
      jobName: J.jobName, isOrdered: isOrdered,
      timeout: configuration.timeout.map(\.clampedNanoseconds), window: configuration.policy.window,
      leaving: configuration.onCancel == .kill ? .abort : .stop, mailbox: mailbox, seat: seat)
  }

  /// Sends a job at once if nobody else wants anything, see ``EngineSeat``.
  @usableFromInline
  func runAlone<J: Job>(_: J.Type, _ input: StreamChannel.Input) -> LoneBeginning {
    guard case .engine(let mailbox, let seat) = runner, case .encoded(let record) = input else {
      return .unsent
    }
    return seat.runAlone(record, type: J.jobName) {
      makeChannel(J.self, isOrdered: true, mailbox, seat)
    }
  }
}

extension WorkerPool.Shutdown {
  fileprivate var closing: Mailbox.Closing {
    switch self {
    case .drain: .drain
    case .cancel: .kill
    }
  }
}

/// Makes a pool for the time of a call, so that it can't leak.
///
/// When `body` returns the pool is drained; when it throws, cancelled. Either way the pool has ended when this returns.
///
/// ```swift
/// let lengths = try await withWorkerPool(.processes(count: 4)) { pool in
///   try await pool.map(paths.map(Measure.init))
/// }
/// ```
///
/// - Parameters:
///   - configuration: how the pool behaves.
///   - isolation: the caller's; nobody need give it.
///   - body: what is done with the pool. Calls that it leaves under way are its own to end: a pool drains only what is
///     consumed.
/// - Returns: what `body` returns.
/// - Throws: what `body` throws, and what ``WorkerPool/init(_:)`` does.
public func withWorkerPool<R>(
  _ configuration: PoolConfiguration = PoolConfiguration(),
  isolation: isolated (any Actor)? = #isolation,
  _ body: (WorkerPool) async throws -> R
) async throws -> R {
  let pool = try WorkerPool(configuration)
  do {
    let result = try await body(pool)
    await pool.shutdown(.drain)
    return result
  } catch {
    await pool.shutdown(.cancel)
    throw error
  }
}
