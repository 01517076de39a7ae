/// What a pool and its workers have done so far, see ``WorkerPool/statistics()``.
public struct PoolStatistics: Hashable, Sendable {
  /// One place of the pool, with all workers that have been there.
  public struct Place: Hashable, Sendable {
    /// Its number, from 0.
    public internal(set) var place: Int
    /// The worker that is there now; nil if none is.
    public internal(set) var worker: PoolWorker?
    /// How many workers were started here.
    public internal(set) var started = 0
    /// How many of them ended in another way than the pool wanted, see ``WorkerEnding/isOrderly``.
    public internal(set) var crashed = 0
    /// Jobs that gave an output here.
    public internal(set) var jobsDone = 0
    /// Jobs that failed for good here.
    public internal(set) var jobsFailed = 0
    /// Attempts that failed here and were followed by another.
    public internal(set) var retries = 0
    /// How long the workers had something to do: from the moment that one is sent a job until it has answered all.
    public internal(set) var busy = Duration.zero
    /// How long they were ready and had nothing to do.
    public internal(set) var waiting = Duration.zero
    /// How long they took from their start to their hello.
    public internal(set) var startUp = Duration.zero
    /// What was written to them, in bytes.
    public internal(set) var bytesSent = 0
    /// What they answered, in bytes.
    public internal(set) var bytesReceived = 0

    /// Workers that took the place of an earlier one.
    public var restarts: Int { max(0, started - 1) }
  }

  /// One for each place that the pool ever had, in order.
  public internal(set) var places: [Place]
  /// Jobs that failed for good and never ran, for example because they can't be encoded. Cancelled ones not counted.
  public internal(set) var jobsFailedUnrun = 0
  /// Jobs that were taken in and cancelled.
  public internal(set) var jobsCancelled = 0
  /// Since the pool was made, or how long it lived.
  public internal(set) var uptime = Duration.zero

  /// Jobs that gave an output.
  public var jobsDone: Int { total(\.jobsDone) }
  /// Jobs that failed for good; cancelled ones not counted.
  public var jobsFailed: Int { total(\.jobsFailed) + jobsFailedUnrun }
  /// Attempts that failed and were followed by another.
  public var retries: Int { total(\.retries) }
  /// How many workers were started, in all places.
  public var started: Int { total(\.started) }
  /// How many of them ended in another way than the pool wanted.
  public var crashed: Int { total(\.crashed) }
  /// Workers that took the place of an earlier one.
  public var restarts: Int { total(\.restarts) }
  /// What was written to workers, in bytes.
  public var bytesSent: Int { total(\.bytesSent) }
  /// What workers answered, in bytes.
  public var bytesReceived: Int { total(\.bytesReceived) }
  /// How long workers had something to do, added up over all of them.
  public var busy: Duration { total(\.busy) }
  /// How long workers were ready and had nothing to do, added up.
  public var waiting: Duration { total(\.waiting) }
  /// How long workers took from their start to their hello, added up.
  public var startUp: Duration { total(\.startUp) }

  /// Which part of the workers' lives they had something to do, 0 to 1; 0 if there were none.
  public var utilisation: Double {
    let alive = busy + waiting + startUp
    return alive > .zero ? busy / alive : 0
  }

  private func total<Value: AdditiveArithmetic>(_ value: (Place) -> Value) -> Value {
    places.reduce(.zero) { $0 + value($1) }
  }
}

extension WorkerPool {
  /// What the pool and its workers have done so far: one moment's numbers, which fit together. Also after its
  /// end, when they don't change any more.
  ///
  /// Counting costs a few additions for each batch of jobs; asking wakes the pool's thread.
  public func statistics() async -> PoolStatistics {
    await withCheckedContinuation { continuation in
      ask { continuation.resume(returning: $0) }
    }
  }

  /// As ``statistics()``, for a thread that may block.
  public func statisticsBlocking() -> PoolStatistics {
    let answer = StatisticsAnswer()
    ask { answer.give($0) }
    return answer.wait()
  }
}
