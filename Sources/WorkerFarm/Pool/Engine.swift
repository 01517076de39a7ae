import Glibc
import Logging

/// Turns the scheduler's actions into system calls, and what the system reports into events.
///
/// ```
///   in this process                          │ out of process
///                                            │
///   caller ⇄ StreamChannel ⇄ Engine ─ frames ─► worker's standard input
///   caller ⇄ StreamChannel ⇄   │    ◄─ frames ─ worker's standard output
///                          Scheduler         │  worker's standard error, pidfd
/// ```
///
/// - It lives on one thread of its own from the pool's creation to its end, and everything here belongs
///   to that thread. Workers ask the kernel for a signal when the thread that started them ends: so
///   none of them outlives it.
/// - Nothing here blocks but `poll`: no worker can hold up another.
final class Engine {
  let command: WorkerCommand
  let frameLimit: Int
  let logger: Logger?
  let mailbox: Mailbox

  var scheduler: Scheduler
  var links: [WorkerLink?]
  /// What lies behind a job id, by slot.
  var records: [Record?] = []
  var streams: [StreamID: OpenStream] = [:]
  /// Why the pool gave up.
  var error: PoolError?
  /// The latest death, for whoever fails because of it.
  var latestDeath = Death(termination: .unknown, lastWords: "")
  /// The latest death or failure to start, in words.
  var latestProblem = ""
  private var actions: [Scheduler.Action] = []

  struct Record {
    var stream: StreamID
    var index: Int
    var input: Payload?
    var acceptedAt: Nanoseconds
    var result: RawOutcome.Result?
    var finishedAt: Nanoseconds = 0
    var runTime: Nanoseconds = 0
    var workerPID: Int32?
  }

  struct OpenStream {
    let channel: StreamChannel
    var nextIndex = 0
    /// Delivered, not yet handed to the channel.
    var outcomes: [RawOutcome] = []
    var isFinished = false
    /// Whether the consumer should hear of room or outcomes.
    var isTouched = true
  }

  struct Death {
    var termination: Termination
    var lastWords: String
    var violation: WireError?

    var description: String {
      let cause = violation.map { "sent \($0)" } ?? "\(termination)"
      return lastWords.isEmpty ? cause : "\(cause): \(lastWords)"
    }
  }

  init(configuration: PoolConfiguration, mailbox: Mailbox) {
    command = configuration.command
    frameLimit = configuration.frameLimit
    logger = configuration.logger
    self.mailbox = mailbox
    scheduler = Scheduler(policy: configuration.policy)
    links = Array(repeating: nil, count: configuration.workers)
  }

  /// Works until the pool is closed and all workers are reaped.
  func run() {
    while true {
      collectLetters()
      let now = MonotonicClock.now()
      scheduler.tick(now: now)
      scheduler.dispatch(now: now)
      perform()
      flushLinks()
      postOutcomes()
      if scheduler.isClosed { break }
      waitForEvents()
    }
    mailbox.end()
  }

  // MARK: Letters

  private func collectLetters() {
    let letters = mailbox.collect()
    for channel in letters.channels { read(channel) }
    if let closing = letters.closing {
      if case .kill = closing { scheduler.close(killing: true) } else { scheduler.close(killing: false) }
    }
  }

  private func read(_ channel: StreamChannel) {
    let news = channel.collect()
    guard let id = openStream(for: channel) else {
      channel.post([], room: 0, isFinished: true, error: error ?? .closed)
      return
    }
    scheduler.consumed(jobs: news.consumedJobs, bytes: news.consumedBytes, of: id)
    let now = MonotonicClock.now()
    for input in news.inputs { accept(input, into: id, now: now) }
    if news.inputEnded { scheduler.endInput(of: id) }
    switch news.request {
    case .stop: scheduler.stop(id)
    case .abort: scheduler.abort(id)
    case nil: break
    }
    streams[id]?.isTouched = true
  }

  /// The channel's stream, opened at its first letter; nil if the pool takes no new ones.
  private func openStream(for channel: StreamChannel) -> StreamID? {
    if let known = streams.first(where: { $0.value.channel === channel }) { return known.key }
    guard error == nil, !scheduler.isClosing else { return nil }
    let id = scheduler.open(isOrdered: channel.isOrdered, timeout: channel.timeout)
    streams[id] = OpenStream(channel: channel)
    return id
  }

  private func accept(_ input: StreamChannel.Input, into id: StreamID, now: Nanoseconds) {
    // No room only after a stop: the consumer itself gives those inputs their outcome.
    guard var stream = streams[id], scheduler.room(of: id) > 0 else { return }
    var record = Record(stream: id, index: stream.nextIndex, acceptedAt: now)
    stream.nextIndex += 1
    streams[id] = stream
    switch input {
    case .encoded(let payload) where payload.count <= frameLimit:
      record.input = payload
      store(record, for: scheduler.submit(size: payload.count, to: id))
    case .encoded(let payload):
      let reason = "\(payload.count) bytes, over the limit of \(frameLimit)"
      resolve(&record, .unencodableInput(reason))
    case .unencodable(let reason):
      resolve(&record, .unencodableInput(reason))
    }
  }

  private func resolve(_ record: inout Record, _ failure: JobFailure) {
    record.result = .failure(failure)
    record.finishedAt = record.acceptedAt
    let id = scheduler.submit(size: 0, to: record.stream, isResolved: true)
    // Its delivery is only an action yet, and its slot its own until then: the record is in time.
    store(record, for: id)
  }

  private func store(_ record: Record, for id: JobID) {
    while records.count <= id.slot { records.append(nil) }
    records[id.slot] = record
  }

  // MARK: Actions

  func perform() {
    while true {
      scheduler.takeActions(into: &actions)
      guard !actions.isEmpty else { return }
      for action in actions { perform(action) }
      actions.removeAll(keepingCapacity: true)
    }
  }

  private func perform(_ action: Scheduler.Action) {
    switch action {
    case .start(let worker): start(worker)
    case .send(let job, to: let worker): send(job, to: worker)
    case .kill(let worker): links[worker]?.child.killGroup()
    case .retire(let worker): links[worker]?.closeInput()
    case .fail(let job, let cause): fail(job, cause)
    case .deliver(let job, to: let stream, let attempts): deliver(job, to: stream, attempts)
    case .finish(let stream):
      streams[stream]?.isFinished = true
      streams[stream]?.isTouched = true
    case .giveUp(let reason): giveUp(reason)
    }
  }

  private func send(_ job: JobID, to worker: WorkerID) {
    guard let record = records[job.slot], let input = record.input,
      let channel = streams[record.stream]?.channel
    else { preconditionFailure("a job without an input was sent") }
    links[worker]?.enqueue(job, type: channel.jobName, payload: input)
  }

  private func fail(_ job: JobID, _ cause: Scheduler.Cause) {
    guard let stream = records[job.slot]?.stream else { return }
    let failure: JobFailure
    switch cause {
    case .cancelled: failure = .cancelled
    case .timedOut:
      let limit = streams[stream]?.channel.timeout ?? 0
      failure = .timedOut(after: .nanoseconds(Int64(clamping: limit)))
    case .crashed:
      failure =
        latestDeath.violation.map { .protocolViolation($0) }
        ?? .crashed(latestDeath.termination, lastWords: latestDeath.lastWords)
    }
    records[job.slot]?.result = .failure(failure)
    records[job.slot]?.finishedAt = MonotonicClock.now()
  }

  private func deliver(_ job: JobID, to id: StreamID, _ attempts: Int) {
    guard let record = records[job.slot], let result = record.result else {
      preconditionFailure("a job without a result was delivered")
    }
    records[job.slot] = nil
    streams[id]?.isTouched = true
    streams[id]?.outcomes.append(
      RawOutcome(
        index: record.index, result: result, attempts: attempts,
        queueTime: record.finishedAt &- record.acceptedAt &- record.runTime,
        runTime: record.runTime, workerPID: record.workerPID))
  }

  private func giveUp(_ reason: Scheduler.Hopeless) {
    switch reason {
    case .noWorkerCanBeStarted: error = .noWorkers(reason: latestProblem)
    case .restartBudgetSpent(let deaths):
      error = .workersKeepDying(deaths: deaths, last: latestProblem)
    }
    logger?.error("worker pool gave up: \(error.map(String.init(describing:)) ?? "")")
  }

  private func postOutcomes() {
    for (id, stream) in streams where stream.isTouched {
      let room = scheduler.room(of: id)
      stream.channel.post(
        stream.outcomes, room: room, isFinished: stream.isFinished,
        error: stream.isFinished ? error : nil)
      if stream.isFinished {
        streams[id] = nil
      } else {
        streams[id]?.outcomes = []
        streams[id]?.isTouched = false
      }
    }
  }
}
