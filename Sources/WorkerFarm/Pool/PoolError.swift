/// Why a pool can't be made or can't go on. What was delivered before stays valid.
public enum PoolError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The system refused something that the coordinator itself needs.
  case system(SystemError)

  /// Not a single worker could be started.
  case noWorkers(reason: String)

  /// Workers kept dying with no job finished in between; `last` describes the latest death.
  case workersKeepDying(deaths: Int, last: String)

  /// The pool was shut down.
  case closed

  /// This process is itself a worker that never began to serve: starting workers from here would
  /// start them without end.
  case workerDoesNotServe

  public var description: String {
    switch self {
    case .system(let error): "the worker pool can't run: \(error)"
    case .noWorkers(let reason): "no worker can be started: \(reason)"
    case .workersKeepDying(let deaths, let last):
      "gave up after \(deaths) workers died in a row with no job finished; the last one \(last)"
    case .closed: "the worker pool is closed"
    case .workerDoesNotServe:
      "this process was started as a worker but doesn't serve: call WorkerProcess.serveIfRequested"
        + " as the first statement of the program"
    }
  }
}
