import Testing

@testable import WorkerFarm

/// What can go wrong in a run of the simulation, and how often.
struct SimulationProfile: Sendable, CustomTestStringConvertible {
  var name: String
  var workers = 1...4
  var streams = 1...2
  var jobsPerStream = 0...6
  var windowJobs = 1...64
  var windowBytes = 50...4000
  var windowAdapts = false
  /// Out of a hundred.
  var isOrdered = 70
  var keepsPage = 80
  var hasTimeout = 0
  /// Weights of what a step does, beside the ordinary.
  var death = 0
  var breach = 0
  var hang = 0
  /// Stopped and continued.
  var stall = 0
  /// Its page names a job that it doesn't run.
  var lie = 0
  var unavailable = 0
  var stop = 0
  var abort = 0
  var close = 0
  /// A bound on memory, and jobs that need more than their share of it; out of a hundred.
  var large = 0
  /// Jobs throw, or workers die of them, and all of it is tried again after a while; out of a hundred.
  var failure = 0
  /// Workers are replaced after some jobs.
  var recycles = false
  var resize = 0

  func retry(attempts: Int) -> RetryPolicy {
    failure == 0
      ? .afterCrashes(attempts: attempts)
      : RetryPolicy(
        attempts: attempts,
        backoff: .exponential(from: .nanoseconds(10), factor: 3, upTo: .nanoseconds(50)))
  }

  var testDescription: String { name }

  static let all = [
    SimulationProfile(name: "all is well", jobsPerStream: 0...12),
    SimulationProfile(name: "workers die", death: 12),
    SimulationProfile(name: "workers break the protocol", death: 3, breach: 10),
    SimulationProfile(
      name: "workers say what isn't so", hasTimeout: 60, death: 5, breach: 6, lie: 15),
    SimulationProfile(
      name: "jobs and workers hang", hasTimeout: 80, death: 3, hang: 10, stall: 15),
    SimulationProfile(
      name: "consumers leave", streams: 1...3, hasTimeout: 10, death: 4, stop: 2, abort: 4),
    SimulationProfile(name: "tiny windows", windowJobs: 1...4, windowBytes: 1...300, death: 8),
    SimulationProfile(
      name: "small windows in bytes", workers: 2...4, streams: 1...2, windowJobs: 4...64,
      windowBytes: 1...400, isOrdered: 90, death: 14),
    SimulationProfile(name: "no processes to be had", death: 8, breach: 5, unavailable: 30),
    SimulationProfile(
      name: "one worker, many streams", workers: 1...1, streams: 2...4, windowAdapts: true,
      hasTimeout: 30, death: 6, hang: 3, stop: 2, abort: 5),
    SimulationProfile(name: "large jobs", jobsPerStream: 0...12, large: 30),
    SimulationProfile(
      name: "large jobs, and workers die", jobsPerStream: 0...12, hasTimeout: 20, death: 6, hang: 3,
      stop: 1, abort: 2, large: 30),
    SimulationProfile(
      name: "jobs fail and are tried again", hasTimeout: 30, death: 4, hang: 2, stop: 1, abort: 1,
      failure: 30),
    SimulationProfile(
      name: "workers come and go", jobsPerStream: 0...20, death: 3, recycles: true, resize: 30),
    SimulationProfile(
      name: "everything", streams: 1...4, windowBytes: 1...2000, windowAdapts: true, hasTimeout: 40,
      death: 8, breach: 4, hang: 4, stall: 4, lie: 4, unavailable: 4, stop: 1, abort: 2, close: 2,
      large: 10, failure: 10,
      recycles: true, resize: 5),
  ]
}

/// A worker as it is, which the scheduler learns only from what the engine tells it.
final class VirtualWorker {
  enum State { case absent, starting, up }
  var state = State.absent
  var keepsPage = true
  /// It will never say hello, or never come back from the job it runs.
  var hangs = false
  /// It's stopped, and will be continued then.
  var stalledUntil: UInt64 = 0
  /// The job that its page names, though it may be anybody's.
  var lie: Int?
  /// What its page said when its first job seemed late.
  var seen: Int?
  /// The job that it answered last.
  var lastAnswered: Int?
  var isKilled = false
  var isRetired = false
  /// A breach: nothing more is read from it, and it must be killed.
  var isUnheard = false
  /// It didn't start or end in time, so it must be killed.
  var isOverdue = false
  /// Its job is over time, so it must be killed.
  var lateJob: Int?
  /// It was about to answer an abandoned job, so it must be killed.
  var isRecalled = false
  /// Sent and not answered as far as the coordinator has read: first those that are done, then perhaps
  /// the one that runs.
  var jobs: [Int] = []
  /// How many it was sent so far.
  var begun = 0
  var done = 0
  var isRunning = false
  var runsAlone = false
  /// What was granted to the job that is sent next, or that runs alone.
  var grant = 0
  /// It got an ordinary job in this turn.
  var wasFed = false
  /// Since when it starts or retires, or since when its first job can have been running.
  var since: UInt64 = 0

  var running: Int? { isRunning ? jobs[done] : nil }
  /// The job that its page names.
  var jobOnPage: Int? { keepsPage ? lie ?? running : nil }
  /// As long as it's one of its own, that is believed.
  var believed: Int? { jobOnPage.flatMap { jobs.contains($0) ? $0 : nil } }
}

/// A job as a strict bookkeeper sees it.
struct VirtualJob {
  enum Place: Equatable {
    case waiting
    case sent(WorkerID)
    /// Its worker said that it failed; what comes of it isn't decided.
    case refused
    case answered
    case failed(JobFailure)
    case delivered
  }
  var id: JobID
  var stream: Int
  var size: Int
  var place = Place.waiting
  var isSuspect = false
  /// What it needs, and what it has asked for.
  var memory = 0
  var demanded = 0
  var failures = 0
  /// What the latest failure is called.
  var charge: JobFailure?
  /// When it may be begun again.
  var due: UInt64 = 0
  var returns = 0
  var attempts = 0
}

/// A call: its consumer and its bookkeeping.
final class VirtualStream {
  var id: StreamID
  var isOrdered: Bool
  var timeout: UInt64?
  /// How many inputs it has in all.
  var length: Int
  var submitted = 0
  /// What the consumer was last told, less what it used of it.
  var room = (jobs: 0, bytes: 0)
  var inputEnded = false
  var isStopped = false
  var isAborted = false
  var isFinished = false
  var delivered = 0
  /// Sizes of outcomes that were delivered and not consumed.
  var unconsumed: [Int] = []
  var liveJobs = 0
  var liveBytes = 0
  var resultBytes = 0
  /// The jobs, in order.
  var jobs: [Int] = []

  init(id: StreamID, isOrdered: Bool, timeout: UInt64?, length: Int) {
    self.id = id
    self.isOrdered = isOrdered
    self.timeout = timeout
    self.length = length
  }

  /// The first input without a delivered outcome; only in an ordered stream.
  var head: Int? { delivered < jobs.count ? jobs[delivered] : nil }
}

/// A rule that was broken.
struct Breach: Error, CustomStringConvertible {
  var description: String
}
