import CPosix
import Glibc
import Testing
public import Thumbnails

extension BytePath: ExpressibleByStringLiteral {
  public init(stringLiteral text: String) { self.init(text) }
}

/// A program to be started, with arguments that are bytes.
struct Command {
  var arguments: [BytePath]
  /// Added to the tests' own environment; nil removes a variable.
  var environment: [String: String?] = [:]
  /// What standard input is; nil for nothing.
  var input: Int32?
  /// Where standard output and error go; nil to be captured.
  var output: Int32?
  var errors: Int32?
  /// A terminal that becomes the program's own: what is typed there reaches it.
  var terminal: BytePath?

  /// Not inlined: where Swift 6.3.1 sees an object's whole life, it may leave out the object and yet
  /// free it, at whatever lies on the stack.
  @inline(never)
  func start() -> RunningCommand { RunningCommand(self) }

  func run() -> Finished { start().wait() }
}

/// `farm` with arguments, started.
func farm(_ arguments: BytePath..., environment: [String: String?] = [:]) -> Finished {
  Command(arguments: [farmPath] + arguments, environment: environment).run()
}

/// The command lies beside the program that runs the tests.
let farmPath: BytePath = {
  var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
  let count = readlink("/proc/self/exe", &buffer, buffer.count)
  return BytePath(buffer.prefix(count).map(UInt8.init(bitPattern:))).parent.appending("farm")
}()

/// What a program left behind.
struct Finished: CustomStringConvertible {
  enum Ending: Equatable {
    case exited(Int32)
    case signalled(Int32)
    /// It was killed by the tests, so that they end.
    case hung
  }

  var ending: Ending
  /// That of all processes which the program started, and which they started.
  var session: pid_t
  var output: [UInt8]
  var errors: [UInt8]

  var status: Int32? { if case .exited(let status) = ending { status } else { nil } }
  var outputText: String { String(decoding: output, as: UTF8.self) }
  var errorText: String { String(decoding: errors, as: UTF8.self) }
  var outputLines: [Substring] { outputText.split(separator: "\n") }
  var errorLines: [Substring] { errorText.split(separator: "\n") }

  var description: String { "\(ending)\nstdout: \(outputText)\nstderr: \(errorText)" }
}

/// A program that runs.
final class RunningCommand {
  let pid: pid_t
  private let output: Capture
  private let errors: Capture
  /// As `waitpid` gave it.
  private var status: Int32?

  /// Far more than any of the tests takes: whoever reaches it hangs.
  private static let patience = Duration.seconds(240)

  init(_ command: Command) {
    output = Capture()
    errors = Capture()
    pid = Self.spawn(
      command, output: command.output ?? output.descriptor,
      errors: command.errors ?? errors.descriptor)
  }

  deinit {
    if status == nil { killAll() }
  }

  /// Bytes of standard output.
  var outputSize: Int { output.size }
  var outputSoFar: String { String(decoding: output.bytes, as: UTF8.self) }
  var errorsSoFar: String { String(decoding: errors.bytes, as: UTF8.self) }

  func send(_ signal: Int32) { kill(pid, signal) }

  /// The processes that it started and that live.
  var workers: [pid_t] { Processes.children(of: pid) }

  /// With all that it started, at whatever remove.
  private func killAll() {
    for member in Processes.inSession(pid) { kill(member, SIGKILL) }
    waitpid(pid, nil, 0)
  }

  /// Whether it has ended; what it left can be had from ``wait()`` all the same.
  var hasEnded: Bool {
    if status == nil {
      var status: Int32 = 0
      if waitpid(pid, &status, WNOHANG) == pid { self.status = status }
    }
    return status != nil
  }

  func wait() -> Finished {
    let end = ContinuousClock.now + Self.patience
    while !hasEnded {
      if ContinuousClock.now > end {
        killAll()
        status = 0
        return Finished(
          ending: .hung, session: pid, output: output.bytes, errors: errors.bytes)
      }
      usleep(5000)
    }
    let status = status ?? 0
    let signal = status & 0x7F
    return Finished(
      ending: signal == 0 ? .exited(status >> 8 & 0xFF) : .signalled(signal), session: pid,
      output: output.bytes, errors: errors.bytes)
  }

  private static func spawn(_ command: Command, output: Int32, errors: Int32) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // A session's leader who opens a terminal that is nobody's makes it the session's own.
    command.terminal.map { terminal in
      _ = terminal.withCString { posix_spawn_file_actions_addopen(&actions, 3, $0, O_RDWR, 0) }
    }
    if let input = command.input {
      posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, errors, 2)
    // What whoever runs the tests left open is none of the program's business, and counts against its limits.
    farm_spawn_close_from(&actions, 3)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var (all, none) = (sigset_t(), sigset_t())
    sigfillset(&all)
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setsigmask(&attributes, &none)
    // A session of its own, by which all that it starts is known.
    let flags = Int32(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK) | farm_spawn_setsid
    posix_spawnattr_setflags(&attributes, Int16(flags))
    var pid = pid_t()
    let code = withCStrings(command.arguments.map(\.bytes)) { arguments in
      withCStrings(variables(command.environment)) { environment in
        posix_spawnp(&pid, arguments[0]!, &actions, &attributes, arguments, environment)
      }
    }
    precondition(code == 0, "can't start \(command.arguments[0]): \(code)")
    return pid
  }

  private static func variables(_ changes: [String: String?]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    var cursor = environ
    while let entry = cursor.pointee {
      let text = String(cString: entry)
      if changes[String(text.prefix { $0 != "=" })] == nil { result.append(Array(text.utf8)) }
      cursor += 1
    }
    return result + changes.compactMap { name, value in value.map { Array("\(name)=\($0)".utf8) } }
  }
}

private func withCStrings<R>(
  _ strings: [[UInt8]], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R
) -> R {
  var pointers = strings.map { bytes in
    strdup((bytes + [0]).map(CChar.init(bitPattern:)))
  }
  pointers.append(nil)
  defer { for pointer in pointers { free(pointer) } }
  return body(pointers)
}

/// What a program writes, kept in memory.
private final class Capture {
  /// Not for the other programs that tests start at the same time.
  let descriptor = farm_memfd_create("capture")

  deinit { close(descriptor) }

  var size: Int {
    var status = stat()
    fstat(descriptor, &status)
    return Int(status.st_size)
  }

  var bytes: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: size)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return Array(bytes.prefix(max(0, count)))
  }
}

/// Asks until the answer is yes; false if that takes too long to be right.
func eventually(_ isTrue: () -> Bool) -> Bool {
  let end = ContinuousClock.now + .seconds(60)
  while ContinuousClock.now < end {
    if isTrue() { return true }
    usleep(5000)
  }
  return isTrue()
}
