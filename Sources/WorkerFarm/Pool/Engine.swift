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
  /// nil where there's none.
  let sandbox: SandboxPolicy?
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
  var actions: [Scheduler.Action] = []

  struct Record {
    var stream: StreamID
    var index: Int
    var input: Payload?
    var acceptedAt: Nanoseconds
    var result: RawOutcome.Result?
    var finishedAt: Nanoseconds = 0
    /// At most the time from acceptance to the finish.
    var runTime: Nanoseconds = 0
    var workerPID: Int32?

    mutating func finish(_ result: RawOutcome.Result, at now: Nanoseconds) {
      self.result = result
      finishedAt = now
      runTime = min(runTime, now - acceptedAt)
      input = nil
    }
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
    frameLimit = min(configuration.frameLimit, Frame.largestLimit)
    sandbox = configuration.sandbox.enforcement == .off ? nil : configuration.sandbox
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
      scheduler.close(killing: closing == .kill)
    }
  }

  private func read(_ channel: StreamChannel) {
    // None from a consumer that hadn't heard of the end of its stream when it spoke.
    guard let news = channel.collect() else { return }
    guard let id = openStream(for: channel) else {
      channel.postEnd(error: error ?? .closed)
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
    // After a stop the consumer itself gives those inputs their outcome.
    guard var stream = streams[id], scheduler.takesInputs(of: id) else { return }
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
    record.finish(.failure(failure), at: record.acceptedAt)
    let id = scheduler.submit(size: 0, to: record.stream, isResolved: true)
    // Its delivery is only an action yet, and its slot its own until then: the record is in time.
    store(record, for: id)
  }

  private func store(_ record: Record, for id: JobID) {
    while records.count <= id.slot { records.append(nil) }
    records[id.slot] = record
  }

  // MARK: Outcomes

  private func postOutcomes() {
    for (id, stream) in streams where stream.isTouched {
      if stream.isFinished {
        stream.channel.postEnd(stream.outcomes, error: error)
        streams[id] = nil
      } else {
        let room = scheduler.room(of: id)
        stream.channel.post(stream.outcomes, room: room.jobs, byteRoom: room.bytes)
        streams[id]?.outcomes = []
        streams[id]?.isTouched = false
      }
    }
  }
}
