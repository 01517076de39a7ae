import Glibc

/// Reads frames, runs jobs, writes replies; one thread, no Dispatch, no Swift concurrency.
///
/// It serves a whole process, or one thread among others.
struct ServeLoop: ~Copyable {
  private let registry: JobRegistry
  private let requests: SharedDescriptor
  private let replies: ReplyBuffer
  private let page: ProgressPage?
  private let introduction: Introduction

  private var decoder = FrameDecoder()
  private var servers: [UInt16: JobServer] = [:]
  /// What the coordinator accepts in one frame.
  private var replyLimit = Frame.defaultLimit
  private var memoryShare = Int.max
  private var memoryGrant: (job: UInt64, bytes: Int)?

  init(
    registry: JobRegistry, requests: SharedDescriptor, replies: SharedDescriptor,
    page: ProgressPage?, introduction: Introduction = Introduction()
  ) {
    self.registry = registry
    self.requests = requests
    // Without a page the coordinator takes the first job that isn't answered for the one that runs.
    self.replies = ReplyBuffer(replies, mayHold: page != nil)
    self.page = page
    self.introduction = introduction
    if let pool = introduction.pool { heed(pool) }
  }

  /// Serves until the requests end.
  mutating func run() throws {
    defer { replies.close() }
    try sayHello()
    try introduction.insist()
    while try fill() {
      replies.wake()
      while let frame = try decoder.next() {
        try handle(frame)
        if let error = replies.error { throw error }
      }
      replies.flush()
      if let error = replies.error { throw error }
    }
    for server in servers.values { server.finish() }
    // The coordinator closes the pipe between frames; anything else is its death.
    if decoder.missingAtEnd > 0 { throw WireError.truncated(missing: decoder.missingAtEnd) }
  }

  private func sayHello() throws(SystemError) {
    var writer = ByteWriter()
    Hello(
      pid: getpid(), frameLimit: decoder.limit, keepsProgressPage: page != nil,
      takesSeveralJobs: true, sandboxReport: introduction.sandboxReport
    ).write(to: &writer)
    try replies.write(writer.bytes)
  }

  /// Waits for bytes; false at the end of the input.
  private mutating func fill() throws(SystemError) -> Bool {
    let number = requests.descriptor.number
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
      servers[frame.type] = registry.makeServer(named: name)
    case .job, .jobs: try run(frame)
    case .memory: try setMemory(frame)
    case .output, .failure, .results: throw WireError.unexpectedKind(frame.kind.rawValue)
    }
  }

  private mutating func heed(_ pool: Hello) {
    replyLimit = Int(pool.frameLimit)
    replies.frameLimit = replyLimit
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

  private func run(_ frame: Frame) throws {
    guard let server = servers[frame.type] else {
      throw WireError.malformedPayload("job of undeclared type \(frame.type)")
    }
    JobMemory.allowance = memoryGrant?.job == frame.id ? memoryGrant?.bytes ?? 0 : memoryShare
    try decoder.withPayload(of: frame) { payload in
      var desk = JobDesk(
        payload, areSeveral: frame.kind == .jobs, firstID: frame.id, replies: replies, page: page,
        replyLimit: replyLimit)
      server.serve(&desk)
      if desk.isMalformed { throw WireError.malformedPayload("frame of several jobs") }
    }
  }
}
