import Synchronization

/// The one worker of a pool without workers, which isn't there.
///
/// Its servers, which hold the jobs' states, are lent to one job at a time; a job that runs another within itself gets a
/// second one.
final class InlineDesk: Sendable {
  private struct Shared {
    var servers: [String: [Kept]] = [:]
    /// Calls under way, by the doorbell at which each can be reached.
    var calls: [ObjectIdentifier: Doorbell] = [:]
    var closing: Mailbox.Closing?
    /// Who waits for the end.
    var waiters: [Waiter] = []

    /// A pool that is drained serves the calls that it has.
    var hasEnded: Bool { closing == .kill || (closing == .drain && calls.isEmpty) }
  }

  /// A server is one thread's at a time; the lock sees to that.
  private struct Kept: @unchecked Sendable {
    let server: JobServer
  }

  private let registry: JobRegistry
  let watch: InlineWatch
  private let shared = Mutex(Shared())

  init(registry: JobRegistry, watch: InlineWatch) {
    self.registry = registry
    self.watch = watch
  }

  deinit { close(.kill) }

  // MARK: Calls

  /// Takes a call; false if the pool takes no new ones.
  func open(_ call: Doorbell) -> Bool {
    shared.withLock { shared in
      if shared.closing != nil { return false }
      shared.calls[ObjectIdentifier(call)] = call
      return true
    }
  }

  func end(_ call: Doorbell) {
    shared.withLock { $0.calls[ObjectIdentifier(call)] = nil }
    takeLeaveIfEnded()
  }

  // MARK: The end

  /// Whether calls under way must begin nothing more.
  var isCancelled: Bool { shared.withLock { $0.closing == .kill } }

  func close(_ closing: Mailbox.Closing) {
    let calls = shared.withLock { shared in
      if shared.closing != .kill { shared.closing = closing }
      return Array(shared.calls.values)
    }
    if closing == .kill {
      for call in calls { call.ring() }
    }
    takeLeaveIfEnded()
  }

  func whenEnded(_ waiter: Waiter) {
    let hasEnded = shared.withLock { shared in
      if !shared.hasEnded { shared.waiters.append(waiter) }
      return shared.hasEnded
    }
    if hasEnded { waiter.wake() }
  }

  /// Takes leave of the jobs' states, and tells those who wait for that.
  private func takeLeaveIfEnded() {
    let ended = shared.withLock { shared -> ([String: [Kept]], [Waiter])? in
      guard shared.hasEnded else { return nil }
      defer {
        shared.servers = [:]
        shared.waiters = []
      }
      return (shared.servers, shared.waiters)
    }
    guard let (servers, waiters) = ended else { return }
    for kept in servers.values.joined() { kept.server.finish() }
    watch.close()
    for waiter in waiters { waiter.wake() }
  }

  // MARK: Jobs

  func run(
    _ input: Records, jobName: String, memory: Int?, replyLimit: Int
  ) -> FinishedBatch.Result {
    let kept =
      shared.withLock { $0.servers[jobName]?.popLast() }
      ?? Kept(server: registry.makeServer(named: jobName))
    let reply = InlineReply()
    JobMemory.withAllowance(memory ?? .max) {
      input.withRecord(0) { bytes in
        var desk = JobDesk(
          bytes, areSeveral: false, firstID: 1, replies: reply, page: nil, replyLimit: replyLimit)
        kept.server.serve(&desk)
      }
    }
    let isKept = shared.withLock { shared in
      if !shared.hasEnded { shared.servers[jobName, default: []].append(kept) }
      return !shared.hasEnded
    }
    if !isKept { kept.server.finish() }
    guard let result = reply.result else { preconditionFailure("a job without a reply") }
    if case .failure(.memoryLimit(let needed, _)) = result {
      return .failure(.memoryLimit(needed: needed, allowed: memory ?? 0))
    }
    return result
  }
}

/// Takes the reply to one job.
private final class InlineReply: ReplySink {
  private(set) var result: FinishedBatch.Result?

  func prepareForJob() -> Bool { true }

  func append(_ payload: PiecedBytes, id: UInt64, isFailure: Bool, asOneOfSeveral: Bool) {
    if isFailure {
      let message = payload.joined().withUnsafeBytes { bytes in
        Result { () throws(WireError) in try FailureMessage(parsing: bytes) }
      }
      result = .failure(
        (try? message.get()).map(JobFailure.init) ?? .undecodableOutput("a malformed failure"))
    } else {
      var records = RecordWriter()
      records.open()
      payload.forEachPiece { bytes, range in
        if range == bytes.indices {
          records.writer.write(raw: bytes)
        } else {
          records.writer.write(raw: bytes, range)
        }
      }
      records.close()
      result = records.take().map { .outputs($0) }
    }
  }
}
