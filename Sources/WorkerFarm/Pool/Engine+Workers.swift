import Glibc

/// What happens between the engine and its workers.
extension Engine {
  func start(_ id: WorkerID) {
    if isLed { return deferredStarts.append(id) }
    do {
      let link = try WorkerLink(frameLimit: frameLimit, sandbox: sandbox, makeBody: system.makeBody)
      if let share = scheduler.memoryShare { link.limitMemory(to: share) }
      enforceMemory(link.body)
      links[id] = link
      noteStarted(id, link)
    } catch {
      latestProblem = "\(workerName): \(error)"
      noteUnavailable(id)
      scheduler.workerUnavailable(id, now: system.now())
    }
  }

  /// Starts what a caller who drove the engine couldn't.
  func startDeferred() {
    let workers = deferredStarts
    deferredStarts = []
    for id in workers where links[id] == nil {
      switch scheduler.workers[id].phase {
      case .starting: start(id)
      // It was decided otherwise meanwhile, for example because the pool gave up.
      case .retiring, .dying: scheduler.workerNeverStarted(id)
      case .absent, .ready: break
      }
    }
    perform()
  }

  var workerName: String {
    configuration.backend == .processes ? configuration.command.executable : "worker thread"
  }

  func flushLinks() {
    for id in links.indices {
      guard let link = links[id], link.hasOutgoing, link.inputNumber != nil else { continue }
      flush(link, id)
    }
  }

  func flush(_ link: WorkerLink, _ id: WorkerID) {
    let isOpen = (try? link.flush()) == true
    noteSent(bytes: link.takeBytesWritten(), to: id)
    // A pipe without a reader: it's dying, or it closed its input and has to.
    if !isOpen {
      link.closeInput()
      scheduler.kill(id, .misconduct)
      perform()
    }
  }

  // MARK: Events

  func outputReadable(_ id: WorkerID) {
    guard let link = links[id], link.outputIsOpen else { return }
    // A turn is bounded, so that a worker which writes without end can't hold up the others.
    for _ in 0..<4 {
      guard readOnce(link, id) else { return }
    }
  }

  /// One `read`, and everything that is whole by then; false if there's nothing more to read at the moment.
  private func readOnce(_ link: WorkerLink, _ id: WorkerID) -> Bool {
    switch link.fill() {
    case .wouldBlock: return false
    case .closed:
      link.outputIsOpen = false
      // Who can't answer any more has to go; normally it's gone already. One that was let go may still tidy up.
      if scheduler.workers[id].phase != .retiring { scheduler.kill(id, .misconduct) }
      return false
    case .bytes(let count):
      noteReceived(bytes: count, from: id)
      return digest(link, id) && !link.isDrained
    }
  }

  /// Sees to what was read; false if the worker broke the protocol.
  @discardableResult
  func digest(_ link: WorkerLink, _ id: WorkerID) -> Bool {
    do throws(WireError) {
      try takeFrames(link, id)
      return true
    } catch {
      link.violation = error
      link.outputIsOpen = false
      scheduler.kill(id, .misconduct)
      return false
    }
  }

  private func takeFrames(_ link: WorkerLink, _ id: WorkerID) throws(WireError) {
    var replies = ReplyBatch()
    var breach: WireError?
    do throws(WireError) {
      while let frame = try link.decoder.next() {
        if link.hello == nil {
          try greet(link, id, frame)
        } else {
          try replies.append(frame, from: link.decoder)
        }
      }
    } catch {
      // What a program prints that knows nothing of frames can look like anything.
      if link.hello == nil {
        switch error {
        case .version, .sandboxIncomplete: breach = error
        default: break
        }
      }
      breach = breach ?? (link.hello == nil ? .notAHello : error)
    }
    // What it said before the breach was said in order, and counts.
    try settle(replies, link, id)
    if let breach { throw breach }
  }

  private func greet(_ link: WorkerLink, _ id: WorkerID, _ frame: Frame) throws(WireError) {
    guard frame.kind == .hello else { throw .notAHello }
    let hello = try link.decoder.withPayload(of: frame) { bytes throws(WireError) in
      try Hello(parsing: bytes)
    }
    // A program that repeats what it hears, as `cat` does, isn't a worker.
    guard !hello.isFromCoordinator else { throw .notAHello }
    try checkSandbox(hello)
    link.hello = hello
    let now = system.now()
    scheduler.workerReady(id, pid: link.body.pid, now: now)
    noteReady(id, now)
  }

  /// A worker without the sandbox that is required gets no job; what's missing otherwise is told once.
  private func checkSandbox(_ hello: Hello) throws(WireError) {
    guard let sandbox else { return }
    let report = hello.sandboxReport ?? .silence
    let isNews = mailbox.sandbox.report == nil
    mailbox.sandbox.note(report)
    guard !report.fulfils(sandbox) else { return }
    if sandbox.enforcement == .require { throw .sandboxIncomplete(report.shortfall(sandbox)) }
    if isNews { noteUnsandboxed(report.shortfall(sandbox)) }
  }

  private func settle(_ batch: ReplyBatch, _ link: WorkerLink, _ id: WorkerID) throws(WireError) {
    guard batch.count > 0 else { return }
    let now = system.now()
    let since = scheduler.workers[id].since
    let chunk = batch.sealed()
    let run = Scheduler.Run(endedAt: now, time: (now &- since) / UInt64(batch.count))
    var began = since
    for reply in batch.runs {
      try noting(reply, of: id, began: &began, each: run.time) { () throws(WireError) in
        switch reply.result {
        case .outputs(let range):
          let records = Records(chunk: chunk, range: range)
          try scheduler.replied(id, first: reply.first, .outputs(records), run)
        case .failure(.memoryLimit(let needed, _)):
          try scheduler.demanded(id, job: reply.first, memory: needed, run)
        case .failure(let failure):
          try scheduler.replied(id, first: reply.first, .failure(failure), run)
        }
      }
    }
    scheduler.settled(id, now: now)
    noteSettled(id, now)
    recycleIfLarge(id, link)
  }

  /// Takes leave of a worker that has ended.
  func processEnded(_ id: WorkerID) {
    guard let link = links[id] else { return }
    // Everything it managed to say counts, up to what the pipes hold: not until their end, which a
    // grandchild may keep from coming.
    while link.outputIsOpen && readOnce(link, id) {}
    link.drainError()
    guard let termination = link.body.reapIfEnded() else { return }
    link.lineCutter?.finish()
    let running = jobRunning(at: id, link)
    let lastWords = link.lastWords.text
    let cause = link.violation.map { "sent \($0)" } ?? "\(termination)"
    latestProblem = lastWords.isEmpty ? cause : "\(cause): \(lastWords)"
    if link.hello == nil && link.violation == nil {
      let isLate = scheduler.workers[id].killReason == .slow
      latestProblem = isLate ? "didn't say hello in time" : "never said hello, and \(latestProblem)"
    }
    links[id] = nil
    let death =
      link.violation.map { JobFailure.protocolViolation($0) }
      ?? explain(termination, lastWords: lastWords)
    let now = system.now()
    noteEnded(id, link, termination, lastWords, running: running, now)
    scheduler.workerEnded(id, running: running, death: death, now: now)
    perform()
    currentRun = nil
  }

  /// Whatever its page says, a worker can accuse only a job that it holds.
  private func jobRunning(at id: WorkerID, _ link: WorkerLink) -> JobID? {
    let held = scheduler.workers[id].inFlight
    guard link.keepsPage else { return held.first?.firstID }
    return link.jobOnPage.flatMap { job in held.contains { $0.contains(job) } ? job : nil }
  }
}
