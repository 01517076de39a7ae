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
/// - It has a thread of its own from the pool's creation to its end. One thread drives it at a time, see ``EngineSeat``;
///   that one alone starts workers. They ask the kernel for a signal when the thread that started them ends: so none of
///   them outlives it.
/// - Nothing here blocks: no worker can hold up another.
final class Engine {
  let configuration: PoolConfiguration
  let system: EngineSystem
  let frameLimit: Int
  /// nil where there's none.
  let sandbox: SandboxPolicy?
  let mailbox: Mailbox

  var scheduler: Scheduler
  var links: [WorkerLink?]
  var streams: [StreamID: OpenStream] = [:]
  /// Why the pool gave up.
  var error: PoolError?
  /// The latest death or failure to start, in words.
  var latestProblem = ""
  var actions: [Scheduler.Action] = []
  /// A caller drives this turn.
  var isLed = false
  /// Workers that are to be started by the engine's own thread.
  var deferredStarts: [WorkerID] = []
  /// When workers' memory is to be looked at again.
  var nextLook: Nanoseconds = 0
  var observers: Observers
  var ledger: WorkerLedger
  var log: PoolLog
  /// What the actions are about that are being performed, if they're about jobs that ran.
  var currentRun: JobRun?

  struct OpenStream {
    let channel: StreamChannel
    /// Delivered, not yet handed to the channel.
    var outcomes: [FinishedBatch] = []
    var isFinished = false
    /// Whether the consumer should hear of room or outcomes.
    var isTouched = true
    /// What was last told of it.
    var window: CallWindow?
  }

  init(configuration: PoolConfiguration, mailbox: Mailbox, system: EngineSystem) {
    self.configuration = configuration
    self.system = system
    frameLimit = configuration.usableFrameLimit
    let hasSandbox =
      configuration.backend == .processes && configuration.sandbox.enforcement != .off
    sandbox = hasSandbox ? configuration.sandbox : nil
    observers = Observers(configuration.observers)
    ledger = WorkerLedger(places: configuration.workers, now: system.now())
    log = PoolLog(configuration.logger)
    self.mailbox = mailbox
    scheduler = Scheduler(policy: configuration.policy)
    links = Array(repeating: nil, count: configuration.workers)
  }

  /// One turn: takes what callers said, decides, acts, and tells callers.
  ///
  /// - Parameter isLed: a caller drives, who may not start workers.
  func turn(isLed: Bool = false) {
    self.isLed = isLed
    if !isLed { startDeferred() }
    collectLetters()
    let now = system.now()
    lookAtMemory(now: now)
    scheduler.tick(now: now) { [links] id in links[id]?.jobOnPage }
    scheduler.dispatch(now: now)
    perform()
    flushLinks()
    if !observers.isEmpty { tellWindows() }
    postOutcomes()
  }

  /// Nothing is left to do, for ever.
  var isClosed: Bool { scheduler.isClosed }

  /// To be called once, when it's closed.
  ///
  /// - Returns: what the workers have done.
  func finish() -> PoolStatistics {
    observers.tell(.closed(at: .now))
    observers.finish()
    log.finish()
    return ledger.snapshot(now: system.now())
  }

  // MARK: Letters

  private func collectLetters() {
    let letters = mailbox.collect()
    for subscription in letters.subscriptions { observers.add(subscription) }
    if !letters.questions.isEmpty { answer(letters.questions) }
    if let size = letters.size {
      scheduler.resize(to: size)
      while links.count < scheduler.workers.count { links.append(nil) }
    }
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
    let now = system.now()
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
  func openStream(for channel: StreamChannel) -> StreamID? {
    if let known = streams.first(where: { $0.value.channel === channel }) { return known.key }
    guard error == nil, !scheduler.isClosing else { return nil }
    let id = scheduler.open(isOrdered: channel.isOrdered, timeout: channel.timeout)
    streams[id] = OpenStream(channel: channel)
    observers.tell(.callOpened(id, jobType: channel.jobName, at: .now))
    return id
  }

  private func accept(_ input: StreamChannel.Input, into id: StreamID, now: Nanoseconds) {
    // After a stop the consumer itself gives those inputs their outcome.
    guard scheduler.takesInputs(of: id) else { return }
    switch input {
    case .encoded(let records): scheduler.submit(records, to: id, now: now)
    case .failed(let failure): refuse(failure, of: id)
    }
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
