/// How a worker runs jobs of one type from their bytes; made by ``Job/makeServer()``, once for each worker.
///
/// Public because ``Job/makeServer()`` returns it, and no part of what a user works with: nothing of it can be made or
/// called outside of this module. That it exists lets the loop over many small jobs be compiled where their type is
/// known.
public struct JobServer {
  /// Runs every job that the desk has.
  let serve: (inout JobDesk) -> Void
  /// Called once, when the worker ends in order.
  let finish: () -> Void

  @usableFromInline
  init(serve: @escaping (inout JobDesk) -> Void, finish: @escaping () -> Void) {
    self.serve = serve
    self.finish = finish
  }

  /// For jobs of a type that this worker doesn't know.
  static func unknown(_ name: String) -> JobServer {
    JobServer(
      serve: { desk in
        while desk.takeNext() {
          desk.fail(FailureMessage(reason: .unknownJobType, description: name))
        }
      },
      finish: {})
  }
}

/// Where replies go.
protocol ReplySink: AnyObject {
  /// To be called before each job: what is held must not wait for it. False if nobody wants a reply any more.
  func prepareForJob() -> Bool

  /// Takes a reply.
  func append(_ payload: PiecedBytes, id: UInt64, isFailure: Bool, asOneOfSeveral: Bool)
}

/// The jobs of one frame, and where their replies go.
///
/// Public because ``JobServer`` is, whose loop takes jobs from it; no part of what a user works with.
public struct JobDesk {
  /// What isn't begun; each with its length before it if there are several.
  private var rest: UnsafeRawBufferPointer
  private let areSeveral: Bool
  private var nextID: UInt64
  private var id: UInt64 = 0
  /// The bytes of the job that runs.
  @usableFromInline private(set) var input = UnsafeRawBufferPointer(start: nil, count: 0)
  /// The reply to it.
  @usableFromInline var writer = ByteWriter()

  private let replies: any ReplySink
  private let page: ProgressPage?
  /// The largest reply that may be sent.
  private let replyLimit: Int
  /// The frame breaks off in a job.
  private(set) var isMalformed = false

  init(
    _ payload: UnsafeRawBufferPointer, areSeveral: Bool, firstID: UInt64, replies: any ReplySink,
    page: ProgressPage?, replyLimit: Int
  ) {
    rest = payload
    self.areSeveral = areSeveral
    nextID = firstID
    self.replies = replies
    self.page = page
    self.replyLimit = replyLimit
  }

  /// Begins the next job; false if there's none.
  @usableFromInline
  mutating func takeNext() -> Bool {
    // An abandoned thread has the rest of its frame before it: others run that by now.
    guard let next = nextInput(), replies.prepareForJob() else {
      page?.runningJob = 0
      return false
    }
    input = next
    id = nextID
    nextID &+= 1
    page?.runningJob = id
    return true
  }

  private mutating func nextInput() -> UnsafeRawBufferPointer? {
    guard areSeveral else {
      if id != 0 { return nil }
      return rest
    }
    guard !rest.isEmpty else { return nil }
    guard rest.count >= Records.lengthSize,
      case let size = Int(UInt32(littleEndian: rest.loadUnaligned(as: UInt32.self))),
      case let end = Records.lengthSize + size, end <= rest.count
    else {
      isMalformed = true
      return nil
    }
    defer { rest = UnsafeRawBufferPointer(rebasing: rest[end...]) }
    return UnsafeRawBufferPointer(rebasing: rest[Records.lengthSize..<end])
  }

  /// Runs the job that was begun, and replies.
  @inlinable
  mutating func serve<J: Job>(_: J.Type, _ body: (J) throws -> J.Output) {
    let job: J
    do {
      var reader = ByteReader(input)
      job = try J(decoding: &reader)
    } catch {
      return fail(.undecodableInput, error)
    }
    let output: J.Output
    do {
      output = try body(job)
    } catch {
      return fail(.thrown, error)
    }
    do {
      try J.encode(output, into: &writer)
    } catch {
      return fail(.unencodableOutput, error)
    }
    reply()
  }

  @usableFromInline
  enum Stage { case undecodableInput, thrown, unencodableOutput }

  /// The output is in ``writer``.
  @usableFromInline
  mutating func reply() {
    let size = writer.count
    if size > replyLimit {
      let text = "\(size) bytes, over the limit of \(replyLimit)"
      return fail(FailureMessage(reason: .unencodableOutput, description: text))
    }
    send(isFailure: false)
  }

  @usableFromInline
  mutating func fail(_ stage: Stage, _ error: any Error) {
    let message: FailureMessage
    switch stage {
    case .thrown:
      if let demand = error as? MemoryDemand {
        message = FailureMessage(reason: .needsMemory, description: "\(demand.bytes)")
      } else {
        message = FailureMessage(reason: .thrown, error)
      }
    case .undecodableInput: message = FailureMessage(reason: .undecodableInput, error)
    case .unencodableOutput: message = FailureMessage(reason: .unencodableOutput, error)
    }
    fail(message)
  }

  mutating func fail(_ message: FailureMessage) {
    writer.storage.removeAll(keepingCapacity: true)
    message.write(to: &writer)
    send(isFailure: true)
  }

  private mutating func send(isFailure: Bool) {
    replies.append(writer.storage, id: id, isFailure: isFailure, asOneOfSeveral: areSeveral)
    // A buffer that once held a large output isn't kept.
    writer.storage.removeAll(keepingCapacity: writer.storage.copied.count <= Self.keptCapacity)
  }

  private static let keptCapacity = 1 << 20
}

extension FailureMessage {
  init(reason: Reason, _ error: any Error) {
    self.init(
      reason: reason, type: String(reflecting: Swift.type(of: error)),
      description: String(describing: error))
  }
}
