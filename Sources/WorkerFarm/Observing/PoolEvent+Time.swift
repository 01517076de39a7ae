extension PoolEvent {
  /// When the coordinator learnt of it.
  public var at: MonotonicInstant {
    switch self {
    case .callOpened(_, _, let at), .callEnded(_, let at), .workerStarted(_, let at),
      .workerReady(_, _, let at), .workerEnded(_, _, _, _, let at),
      .workerUnavailable(_, _, let at), .jobsSent(_, _, _, _, let at),
      .jobsStarted(_, _, let at), .jobsFinished(_, _, let at), .jobsFailed(_, _, _, _, let at),
      .jobsRetried(_, _, _, _, _, let at), .windowChanged(_, let at), .bytesSent(_, _, let at),
      .bytesReceived(_, _, let at), .gaveUp(_, let at), .closed(let at):
      at
    }
  }

  /// The worker that it's about, if it's about one.
  public var worker: PoolWorker? {
    switch self {
    case .workerStarted(let worker, _), .workerReady(let worker, _, _),
      .workerEnded(let worker, _, _, _, _), .jobsSent(_, _, _, let worker, _),
      .jobsStarted(_, let worker, _), .bytesSent(_, let worker, _),
      .bytesReceived(_, let worker, _):
      worker
    case .jobsFinished(_, let run, _): run.worker
    case .jobsFailed(_, _, _, let run, _), .jobsRetried(_, _, _, _, let run, _): run?.worker
    case .callOpened, .callEnded, .workerUnavailable, .windowChanged, .gaveUp, .closed: nil
    }
  }

  /// The jobs that it's about, if it's about jobs.
  public var jobs: JobRange? {
    switch self {
    case .jobsSent(let jobs, _, _, _, _), .jobsStarted(let jobs, _, _),
      .jobsFinished(let jobs, _, _), .jobsFailed(let jobs, _, _, _, _),
      .jobsRetried(let jobs, _, _, _, _, _):
      jobs
    case .callOpened, .callEnded, .workerStarted, .workerReady, .workerEnded, .workerUnavailable,
      .windowChanged, .bytesSent, .bytesReceived, .gaveUp, .closed:
      nil
    }
  }
}
