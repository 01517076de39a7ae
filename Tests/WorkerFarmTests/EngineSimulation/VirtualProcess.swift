import Glibc

@testable import WorkerFarm

/// A worker without a process: a real pipe at each side, and in between whatever the simulation says.
///
/// It knows nothing of the engine but the bytes that it reads, and the engine nothing of it but those that it writes.
final class VirtualProcess: WorkerBody {
  struct Job {
    var id: UInt64
    var input: [UInt8]
    /// It came in a frame with others.
    var isOneOfSeveral = false
  }

  let pid: Int32
  private let page: ProgressPage
  private let end: WakeUp
  private var requests: SharedDescriptor?
  private var replies: SharedDescriptor?
  private var errors: SharedDescriptor?
  private var decoder = FrameDecoder()

  private(set) var termination: Termination?
  /// The engine wants it to end at once.
  private(set) var isKilled = false
  private(set) var isReaped = false
  /// The engine closed its input.
  private(set) var isLetGo = false
  let keepsPage: Bool
  var hasSaidHello = false
  /// It does nothing any more.
  var hangs = false
  /// It wrote what may look like the beginning of a long frame.
  var isCorrupt = false
  /// Read and not begun.
  var waiting: [Job] = []
  var running: Job?
  /// Replies that aren't written.
  var outgoing: [UInt8] = []
  /// Results that go in one frame: the first one's id, how many, their bytes.
  private var results: (first: UInt64, count: UInt64, bytes: [UInt8]) = (0, 0, [])
  var lastReply: [UInt8] = []

  init(
    pid: Int32, keepsPage: Bool, page: ProgressPage, ends: WorkerEnds
  ) throws(SystemError) {
    self.pid = pid
    self.keepsPage = keepsPage
    self.page = page
    end = try WakeUp()
    let requests = try SharedDescriptor(duplicating: ends.requests)
    let replies = try SharedDescriptor(duplicating: ends.replies)
    try requests.descriptor.makeNonblocking()
    try replies.descriptor.makeNonblocking()
    self.requests = requests
    self.replies = replies
    errors = try SharedDescriptor(duplicating: ends.errors)
  }

  // MARK: What the engine sees

  var endDescriptor: Int32 { end.descriptor.number }
  func kill() { isKilled = true }
  var residentBytes: Int? { nil }
  func limitMemory(to bytes: Int) {}

  func reapIfEnded() -> Termination? {
    isReaped = termination != nil
    return termination
  }

  // MARK: What it does

  var isAlive: Bool { termination == nil }

  func die(_ how: Termination) {
    termination = how
    requests = nil
    replies = nil
    errors = nil
    end.signal()
  }

  func closeOutput() { replies = nil }

  /// Reads what is there.
  func read() throws {
    guard let requests, !isLetGo else { return }
    var transfer = Transfer.wouldBlock
    _ = try decoder.fill { (space) throws(SystemError) -> Int in
      transfer = try requests.descriptor.read(into: space)
      if case .bytes(let count) = transfer { return count }
      return 0
    }
    if case .closed = transfer { isLetGo = true }
    while let frame = try decoder.next() { take(frame) }
  }

  private func take(_ frame: Frame) {
    guard frame.kind == .job || frame.kind == .jobs else { return }
    decoder.withPayload(of: frame) { payload in
      if frame.kind == .job {
        waiting.append(Job(id: frame.id, input: Array(payload)))
        return
      }
      var reader = ByteReader(payload)
      var id = frame.id
      while reader.count > 0, let input = try? reader.readBytes() {
        waiting.append(Job(id: id, input: input, isOneOfSeveral: true))
        id += 1
      }
    }
  }

  func sayHello(version: UInt16 = Hello.currentVersion) {
    var writer = ByteWriter()
    var hello = Hello(
      pid: pid, frameLimit: 1 << 20, keepsProgressPage: keepsPage, takesSeveralJobs: true)
    hello.version = version
    hello.write(to: &writer)
    outgoing += writer.bytes
    hasSaidHello = true
  }

  func begin() {
    guard running == nil, !waiting.isEmpty else { return }
    running = waiting.removeFirst()
    if keepsPage { page.runningJob = running?.id ?? 0 }
  }

  func finish() {
    guard let job = running else { return }
    running = nil
    let work = VirtualWork(job.input)
    lastReply = work.reply(id: job.id)
    if results.first + results.count != job.id || !job.isOneOfSeveral { sealResults() }
    if job.isOneOfSeveral {
      if results.count == 0 { results.first = job.id }
      results.count += 1
      results.bytes += work.result
    } else {
      outgoing += lastReply
    }
    if keepsPage { page.runningJob = 0 }
  }

  private func sealResults() {
    guard results.count > 0 else { return }
    var writer = ByteWriter()
    writer.writeFrame(.results, id: results.first) { writer in
      results.bytes.withUnsafeBytes { writer.write(raw: $0) }
    }
    outgoing += writer.bytes
    results = (0, 0, [])
  }

  /// Writes as many bytes of its replies, if the pipe takes them.
  func write(_ count: Int) throws {
    sealResults()
    guard let replies, !outgoing.isEmpty else { return }
    let piece = Array(outgoing.prefix(count))
    let transfer = try piece.withUnsafeBytes { (bytes) throws(SystemError) in
      try replies.descriptor.write(bytes)
    }
    if case .bytes(let written) = transfer { outgoing.removeFirst(written) }
  }

  func complain(_ text: String) {
    guard let errors else { return }
    _ = Glibc.write(errors.descriptor.number, text, text.utf8.count)
  }
}
