@testable import WorkerFarm

/// What a worker reads, does and writes.
extension VirtualProcess {
  struct Job {
    var id: UInt64
    var work: VirtualWork
    /// It came in a frame with others.
    var isOneOfSeveral = false
  }

  struct Desk {
    /// Its hello is written, wholly.
    var hasSaidHello = false
    var isGreetingBegun = false
    /// Read and not begun.
    var waiting: [Job] = []
    var running: Job?
    /// Replies that aren't written.
    var outgoing: [UInt8] = []
    /// The jobs that they answer.
    var answered: [Int] = []
    /// Results that go in one frame: the first one's id, how many, their bytes.
    var results: (first: UInt64, count: UInt64, bytes: [UInt8]) = (0, 0, [])
    var lastReply: [UInt8] = []
    /// When all that it had to say was said.
    var latestReply: Nanoseconds = 0
    /// It holds a job that must be the only one.
    var isIsolated = false
    /// It doesn't read what it gets.
    var isUnread = false

    var isEmpty: Bool {
      waiting.isEmpty && running == nil && outgoing.isEmpty && results.count == 0
    }
  }

  /// Reads what is there, but no more than so many bytes.
  func read(_ count: Int) throws {
    guard let requests, !isLetGo else { return }
    var transfer = Transfer.wouldBlock
    _ = try decoder.fill { (space) throws(SystemError) -> Int in
      let part = UnsafeMutableRawBufferPointer(rebasing: space.prefix(count))
      transfer = try requests.descriptor.read(into: part)
      if case .bytes(let count) = transfer { return count }
      return 0
    }
    if case .closed = transfer { isLetGo = true }
    while let frame = try decoder.next() { take(frame) }
  }

  private func take(_ frame: Frame) {
    decoder.withPayload(of: frame) { payload in
      switch frame.kind {
      case .job: take(Job(id: frame.id, work: VirtualWork(Array(payload))))
      case .jobs:
        var reader = ByteReader(payload)
        var id = frame.id
        while reader.count > 0, let input = try? reader.readBytes() {
          take(Job(id: id, work: VirtualWork(input), isOneOfSeveral: true))
          id += 1
        }
      default: break
      }
    }
  }

  private func take(_ job: Job) {
    let number = job.work.number
    world.note("worker \(pid) gets job \(number)")
    world.claim(isWellMannered, "job \(number) is sent to somebody who isn't a worker")
    guard number < world.facts.count else {
      return world.claim(false, "job \(number) is invented")
    }
    world.claim(!world.facts[number].isAnswered, "job \(number) is answered, and comes again")
    if !isSpoiled {
      world.claim(!desk.isIsolated, "worker \(pid) gets job \(number) beside a suspect")
      if let since = world.facts[number].suspectSince {
        world.claim(desk.isEmpty, "job \(number) is a suspect, and not alone")
        world.claim(since <= world.now, "job \(number) is tried again too early")
        desk.isIsolated = true
      }
    }
    desk.waiting.append(job)
  }

  // MARK: Work

  func begin() {
    guard desk.running == nil, !desk.waiting.isEmpty else { return }
    desk.running = desk.waiting.removeFirst()
    if keepsPage { page.runningJob = desk.running?.id ?? 0 }
  }

  func finish() {
    guard let job = desk.running else { return }
    desk.running = nil
    desk.lastReply = job.work.reply(id: job.id)
    desk.answered.append(job.work.number)
    let follows = desk.results.first + desk.results.count == job.id
    if !follows || !job.isOneOfSeveral { sealResults() }
    if job.isOneOfSeveral {
      if desk.results.count == 0 { desk.results.first = job.id }
      desk.results.count += 1
      desk.results.bytes += job.work.result
    } else {
      desk.outgoing += desk.lastReply
    }
    if keepsPage { page.runningJob = 0 }
  }

  func sealResults() {
    guard desk.results.count > 0 else { return }
    var writer = ByteWriter()
    writer.writeFrame(.results, id: desk.results.first) { writer in
      desk.results.bytes.withUnsafeBytes { writer.write(raw: $0) }
    }
    desk.outgoing += writer.bytes
    desk.results = (0, 0, [])
  }

  func greet() {
    guard !desk.isGreetingBegun else { return }
    desk.isGreetingBegun = true
    if greeting == .garbage {
      desk.outgoing += [UInt8](repeating: 0x2F, count: 40)
      return
    }
    var hello = Hello(
      pid: pid, frameLimit: 1 << 20, keepsProgressPage: keepsPage,
      isFromCoordinator: greeting == .echo, takesSeveralJobs: greeting != .oneByOne)
    if greeting == .otherVersion { hello.version += 1 }
    var writer = ByteWriter()
    hello.write(to: &writer)
    desk.outgoing += writer.bytes
  }

  /// Writes as many bytes of its replies, if the pipe takes them.
  func write(_ count: Int) throws {
    guard let replies, !desk.outgoing.isEmpty else { return }
    let transfer = try desk.outgoing.prefix(count).withUnsafeBytes { (bytes) throws(SystemError) in
      try replies.descriptor.write(bytes)
    }
    guard case .bytes(let written) = transfer else { return }
    desk.outgoing.removeFirst(written)
    guard desk.outgoing.isEmpty else { return }
    desk.hasSaidHello = true
    desk.latestReply = world.now
    guard desk.results.count == 0 else { return }
    if !isSpoiled { for number in desk.answered { world.facts[number].isAnswered = true } }
    desk.answered = []
    if desk.isEmpty { desk.isIsolated = false }
  }
}
