import Glibc

/// A pool of worker processes: `pool.map` for CPU-bound work, where a crash, a hang or a memory blow-up in
/// one job costs that job alone.
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
/// A pool runs one thread of its own, installs no signal handler, and waits for no child but its own.
public final class WorkerPool: Sendable {
  public let configuration: PoolConfiguration
  let mailbox: Mailbox

  /// Makes a pool; no worker is started yet.
  ///
  /// - Throws: ``PoolError/system(_:)`` if the coordinator gets no thread or descriptor, and
  ///   ``PoolError/workerDoesNotServe`` in a process that was itself started as a worker.
  public init(_ configuration: PoolConfiguration = PoolConfiguration()) throws(PoolError) {
    precondition(configuration.workers >= 1, "a pool has at least one worker")
    guard getenv(WorkerProcess.requestVariable) == nil else { throw .workerDoesNotServe }
    self.configuration = configuration
    do {
      let mailbox = try Mailbox()
      self.mailbox = mailbox
      try DedicatedThread.start(named: "worker-pool") {
        Engine(configuration: configuration, mailbox: mailbox).run()
      }
    } catch {
      throw .system(error)
    }
  }

  deinit { mailbox.close(.kill) }

  /// How a pool ends.
  public enum Shutdown: Sendable {
    /// After everything that was taken in is done. Calls under way must still be consumed.
    case drain
    /// At once: workers are killed, unfinished jobs are ``JobFailure/cancelled``.
    case cancel
  }

  /// Ends the pool and returns when its last process is gone and its thread is about to end.
  public func shutdown(_ mode: Shutdown = .drain) async {
    mailbox.close(mode.closing)
    await withCheckedContinuation { mailbox.whenEnded(.task($0)) }
  }

  /// As ``shutdown(_:)``, for a thread that may block.
  public func shutdownBlocking(_ mode: Shutdown = .drain) {
    mailbox.close(mode.closing)
    let parker = ThreadParker()
    mailbox.whenEnded(.thread(parker))
    parker.park()
  }

  func makeChannel<J: Job>(_: J.Type, isOrdered: Bool) -> StreamChannel {
    StreamChannel(
      jobName: J.jobName, isOrdered: isOrdered,
      timeout: configuration.timeout.map(\.clampedNanoseconds),
      window: configuration.policy.window, mailbox: mailbox)
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
/// When `body` returns the pool is drained; when it throws, cancelled.
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
