import Glibc

/// Reads frames, runs jobs, writes replies; one thread, no Dispatch, no Swift concurrency.
struct ServeLoop: ~Copyable {
  private let registry: JobRegistry
  private let requests: Descriptor
  private let replies: ReplyBuffer
  private let page: ProgressPage?
  private let introduction: Introduction

  private var decoder = FrameDecoder()
  /// The reply that is being written.
  private var writer = ByteWriter()
  private var runners: [UInt16: JobRegistry.Runner] = [:]
  /// What the coordinator accepts in one frame.
  private var replyLimit = Frame.defaultLimit
  private var memoryShare = Int.max
  private var memoryGrant: (job: UInt64, bytes: Int)?
  private var lastFlush = MonotonicClock.now()

  /// Replies are held back only among jobs so short that a `write` for each would cost more than they
  /// do: 50 µs is some ten times a `write`, and nothing to a deadline.
  private static let longestDelay: Nanoseconds = 50_000

  init(
    jobTypes: [any Job.Type], requests: consuming Descriptor, replies: consuming Descriptor,
    page: ProgressPage?, introduction: Introduction
  ) {
    registry = JobRegistry(jobTypes)
    self.requests = requests
    self.replies = ReplyBuffer(replies)
    self.page = page
    self.introduction = introduction
    if let pool = introduction.pool { heed(pool) }
  }

  /// Serves until the requests end.
  mutating func run() throws {
    Hello(
      pid: getpid(), frameLimit: decoder.limit, keepsProgressPage: page != nil,
      sandboxReport: introduction.sandboxReport
    ).write(to: &writer)
    try flush()
    try introduction.insist()
    while try fill() {
      while let frame = try decoder.next() { try handle(frame) }
      try flush()
    }
    // The coordinator closes the pipe between frames; anything else is its death.
    if decoder.missingAtEnd > 0 { throw WireError.truncated(missing: decoder.missingAtEnd) }
  }

  /// Waits for bytes; false at the end of the input.
  private mutating func fill() throws(SystemError) -> Bool {
    let number = requests.number
    return try decoder.fill { (space) throws(SystemError) -> Int in
      try retryingInterrupts("read") { read(number, space.baseAddress, space.count) }
    } > 0
  }

  private mutating func handle(_ frame: Frame) throws {
    switch frame.kind {
    case .hello:
      heed(
        try decoder.withPayload(of: frame) { bytes throws(WireError) in try Hello(parsing: bytes) })
    case .declare:
      let name = decoder.withPayload(of: frame) { String(decoding: $0, as: UTF8.self) }
      runners[frame.type] = registry.runner(named: name)
    case .job:
      try run(frame)
    case .memory: try setMemory(frame)
    case .output, .failure:
      throw WireError.unexpectedKind(frame.kind.rawValue)
    }
  }

  private mutating func heed(_ pool: Hello) {
    replyLimit = Int(pool.frameLimit)
    // Its coordinator a worker trusts, with sizes too.
    decoder.limit = max(decoder.limit, replyLimit)
  }

  private mutating func setMemory(_ frame: Frame) throws {
    let bytes = try decoder.withPayload(of: frame) { payload in
      var reader = ByteReader(payload)
      return Int(clamping: try reader.read(UInt64.self))
    }
    if frame.id == 0 { memoryShare = bytes } else { memoryGrant = (frame.id, bytes) }
  }

  private mutating func run(_ frame: Frame) throws {
    guard let runner = runners[frame.type] else {
      throw WireError.malformedPayload("job of undeclared type \(frame.type)")
    }
    JobMemory.allowance = memoryGrant?.job == frame.id ? memoryGrant?.bytes ?? 0 : memoryShare
    page?.runningJob = frame.id
    let limit = replyLimit
    // The closure may not touch the loop itself while the decoder lends it the payload.
    var output = ByteWriter()
    swap(&output, &writer)
    decoder.withPayload(of: frame) { payload in
      runner(frame.id, payload, limit, &output)
    }
    swap(&output, &writer)
    page?.runningJob = 0
    let delay = MonotonicClock.now() - lastFlush
    if page != nil && delay < Self.longestDelay && replies.hold(writer.bytes) {
      writer.bytes.removeAll(keepingCapacity: true)
    } else {
      try flush()
    }
  }

  private mutating func flush() throws(SystemError) {
    try replies.write(writer.bytes)
    writer.bytes.removeAll(keepingCapacity: true)
    lastFlush = MonotonicClock.now()
  }
}
