import CPosix
import Glibc
import WorkerFarm

/// One worker, started as a pool starts it, and a conversation with it.
final class WorkerSession {
  struct Message {
    var frame: Frame
    var payload: [UInt8]
  }

  private let child: ChildProcess
  /// Set once it's reaped: its process id may be another's then.
  private var ending: Termination?
  let page: ProgressPage
  private var input: SharedDescriptor?
  private let output: SharedDescriptor
  private let errors: SharedDescriptor
  private var decoder: FrameDecoder
  private var outgoing: [UInt8] = []
  private var written = 0
  /// Whether each byte is written when the one before it was read.
  var isBytewise = false
  private var inbox: [Message] = []
  private var outputIsOpen = true
  private var errorsAreOpen = true
  /// The end of what it wrote to standard error.
  private(set) var lastWords: [UInt8] = []
  /// Why its output can't be read on, once that's so.
  private var breach: String?

  /// The worker's own word about itself.
  private(set) var hello: Hello?
  let patience: Duration

  /// - Parameter frameLimit: what this side accepts.
  init(_ command: WorkerCommand, frameLimit: Int, patience: Duration) throws(SystemError) {
    let requests = try Pipe()
    let replies = try Pipe()
    let complaints = try Pipe()
    try requests.writer.makeNonblocking()
    try replies.reader.makeNonblocking()
    try complaints.reader.makeNonblocking()
    let memory = try ProgressPage.makeMemory()
    page = try ProgressPage(mapping: memory.number)
    child = try ChildProcess(
      executable: command.executable, arguments: [command.executable] + command.arguments,
      environment: command.completeEnvironment(coordinator: getpid()),
      descriptors: .init(
        input: requests.reader.number, output: replies.writer.number,
        error: complaints.writer.number, page: memory.number))
    // Of the other ends the worker has copies; these go here.
    let (requestEnds, replyEnds, errorEnds) = (
      requests.ends(), replies.ends(), complaints.ends()
    )
    for number in [requestEnds.reader, replyEnds.writer, errorEnds.writer] { close(number) }
    input = SharedDescriptor(owning: requestEnds.writer)
    output = SharedDescriptor(owning: replyEnds.reader)
    errors = SharedDescriptor(owning: errorEnds.reader)
    decoder = FrameDecoder(limit: max(frameLimit, FailureMessage.largestSize))
    self.patience = patience
  }

  deinit {
    if ending == nil { child.killGroup() }
    while reapIfEnded() == nil { usleep(1000) }
  }

  // MARK: Saying

  /// Bytes to be written while answers are waited for.
  func say(_ bytes: [UInt8]) { outgoing += bytes }

  func say(_ body: (inout ByteWriter) -> Void) {
    var writer = ByteWriter()
    body(&writer)
    say(writer.bytes)
  }

  /// Writes everything, listening meanwhile, and ends the worker's input.
  func endInput() throws {
    let deadline = ContinuousClock.now + patience
    while written < outgoing.count && input != nil {
      guard pump(until: deadline) else {
        throw Violation(expected: "all of the input to be read", got: "a worker that doesn't read")
      }
      if !outputIsOpen { break }
    }
    input = nil
  }

  // MARK: Hearing

  /// The next frame; nil at the end of its output.
  ///
  /// - Parameter what: what is expected, for the complaint when there's silence or something else.
  func next(_ what: String) throws -> Message? {
    let deadline = ContinuousClock.now + patience
    while inbox.isEmpty {
      if let breach { throw Violation(expected: what, got: breach) }
      guard outputIsOpen else { return nil }
      guard pump(until: deadline) else {
        throw Violation(expected: what, got: "\(silence) within \(Self.seconds(patience))")
      }
    }
    return inbox.removeFirst()
  }

  private var silence: String {
    let head = decoder.pendingHead
    return head.isEmpty ? "nothing" : "only the beginning of a frame, \(Bytes.shown(head)),"
  }

  /// As ``next(_:)``, where an end is a violation as well.
  func hear(_ what: String) throws -> Message {
    if let message = try next(what) { return message }
    throw Violation(expected: what, got: try farewell())
  }

  /// The worker's hello, which comes first.
  func greet() throws -> Hello {
    let message = try hear("a hello as the first frame")
    let hello = try HelloCheck.check(message)
    self.hello = hello
    return hello
  }

  /// How it ended, after its output has.
  func farewell() throws -> String {
    let ending = try waitForEnd().description
    let words = String(decoding: lastWords.suffix(200), as: UTF8.self)
    let line = words.split(separator: "\n").last.map { ": \($0)" } ?? ""
    return "its end: \(ending)\(line)"
  }

  /// Waits until the process has ended.
  func waitForEnd() throws -> Termination {
    let deadline = ContinuousClock.now + patience
    while true {
      if let ending = reapIfEnded() {
        drainErrors()
        return ending
      }
      guard pump(until: deadline) else {
        throw Violation(
          expected: "its end, with status 0, at once",
          got: "a process that runs \(Self.seconds(patience)) later")
      }
    }
  }

  private func reapIfEnded() -> Termination? {
    if ending == nil { ending = child.reapIfEnded() }
    return ending
  }

  static func seconds(_ time: Duration) -> String { "\(time.milliseconds / 1000) s" }

  // MARK: Pipes

  /// Waits for something to happen, and does what can be done without waiting. False at the deadline.
  private func pump(until deadline: ContinuousClock.Instant) -> Bool {
    let left = (deadline - ContinuousClock.now).milliseconds
    guard left > 0 else { return false }
    var entries = [pollfd(fd: child.handle.number, events: Int16(POLLIN), revents: 0)]
    func watch(_ end: SharedDescriptor, _ event: Int32) {
      entries.append(pollfd(fd: end.descriptor.number, events: Int16(event), revents: 0))
    }
    if outputIsOpen && breach == nil { watch(output, POLLIN) }
    if errorsAreOpen { watch(errors, POLLIN) }
    if let input, written < outgoing.count, !isBytewise { watch(input, POLLOUT) }
    // That a byte was read nobody tells.
    let pause = isBytewise && written < outgoing.count ? 1 : Int(left) + 1
    _ = poll(&entries, nfds_t(entries.count), Int32(clamping: pause))
    write()
    read()
    drainErrors()
    return true
  }

  private func write() {
    guard let input, written < outgoing.count else { return }
    // Bytes that lie in the pipe would be read together.
    if isBytewise && farm_unread_bytes(input.descriptor.number) > 0 { return }
    let end = isBytewise ? written + 1 : outgoing.count
    let transfer = outgoing.withUnsafeBytes {
      try? input.descriptor.write(UnsafeRawBufferPointer(rebasing: $0[written..<end]))
    }
    switch transfer {
    case .bytes(let count): written += count
    case .wouldBlock: break
    case .closed, nil: self.input = nil
    }
    if written == outgoing.count {
      outgoing = []
      written = 0
    }
  }

  private func read() {
    guard outputIsOpen, breach == nil else { return }
    var transfer = Transfer.wouldBlock
    _ = decoder.fill { space in
      transfer = (try? output.descriptor.read(into: space)) ?? .closed
      if case .bytes(let count) = transfer { return count }
      return 0
    }
    do throws(WireError) {
      while let frame = try decoder.next() {
        let payload = decoder.withPayload(of: frame) { Array($0) }
        inbox.append(Message(frame: frame, payload: payload))
      }
    } catch {
      breach = "\(error): \(Bytes.shown(decoder.pendingHead))"
    }
    guard case .closed = transfer else { return }
    outputIsOpen = false
    if decoder.missingAtEnd > 0 && breach == nil {
      breach = "its output's end within a frame: \(Bytes.shown(decoder.pendingHead))"
    }
  }

  private func drainErrors() {
    withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 1) { buffer in
      while errorsAreOpen {
        switch try? errors.descriptor.read(into: buffer) {
        case .bytes(let count): lastWords = (lastWords + buffer[..<count]).suffix(4096)
        case .wouldBlock: return
        case .closed, nil: errorsAreOpen = false
        }
      }
    }
  }
}

/// Bytes for people.
enum Bytes {
  /// In hexadecimal, and as text where that's what they are.
  static func shown(_ bytes: [UInt8]) -> String {
    let digits = bytes.map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined(separator: " ")
    let isText = !bytes.isEmpty && bytes.allSatisfy { (0x20..<0x7F).contains($0) || $0 == 0x0A }
    return isText
      ? "\(digits) (\"\(Console.escaped(String(decoding: bytes, as: UTF8.self)))\")" : digits
  }
}
