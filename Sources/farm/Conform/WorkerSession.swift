import Glibc
import WorkerFarm

/// One worker, started as a pool starts it, and a conversation with it.
final class WorkerSession {
  struct Message {
    var frame: Frame
    var payload: [UInt8]
  }

  let child: ChildProcess
  /// Set once it's reaped: its process id may be another's then.
  private var ending: Termination?
  let page: ProgressPage
  var input: SharedDescriptor?
  let output: SharedDescriptor
  let errors: SharedDescriptor
  var decoder: FrameDecoder
  var outgoing: [UInt8] = []
  var written = 0
  /// Whether each byte is written when the one before it was read.
  var isBytewise = false
  var inbox: [Message] = []
  var outputIsOpen = true
  var errorsAreOpen = true
  /// The end of what it wrote to standard error.
  var lastWords: [UInt8] = []
  /// Why its output can't be read on, once that's so.
  var breach: String?

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
}
