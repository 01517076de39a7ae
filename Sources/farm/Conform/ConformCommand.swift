import ArgumentParser
import Glibc
import Thumbnails
import WorkerFarm

struct ConformCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conform",
    abstract: "Checks whether a program is a worker as the wire format says.",
    usage: "farm conform [options] -- command [argument ...]",
    discussion: """
      The worker is started anew for each check and spoken to as a pool does. Each check is a line: ok, FAIL with \
      what the wire format expects and what came instead, or skip with the reason. Most checks need no \
      more than a worker that answers; with a job type and inputs that it has outputs for they see more. A worker \
      that also serves the type echo, whose output is its input, is checked most thoroughly.

      Exit status: 0 the worker conforms, 1 it doesn't, 2 wrong usage or no such program.
      """)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "A job type that the worker serves. (default: echo, if it serves that)", valueName: "name"))
  var jobType: String?

  @Option(
    name: [.customLong("input")], parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "An input for jobs of that type, or @file for a file's bytes. Several are used in turns.",
      valueName: "text"),
    transform: ArgumentBytes.path)
  var inputs: [BytePath] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How long to wait for an answer or an end.", valueName: "seconds"))
  var timeout = TimeLimit.conform

  @Flag(help: "Print a JSON record for each check, and one for all.")
  var json = false

  @Argument(
    parsing: .postTerminator, help: "The worker, with its arguments.",
    transform: ArgumentBytes.path)
  var command: [BytePath] = []

  func validate() throws {
    if command.isEmpty { throw ValidationError("Say what to check: -- command.") }
  }

  func run() throws {
    // The library takes arguments that are text.
    let words = command.map { String(decoding: $0.bytes, as: UTF8.self) }
    var subject = Subject(
      command: try WorkerCommand(words: words), patience: timeout.duration, type: jobType,
      inputs: try inputs.map(Self.input))
    ignoreSignal(SIGPIPE)
    subject.probe()
    var report = ConformReport(json: json)
    for check in Check.all { try report.run(check, on: subject) }
    try report.finish()
  }

  private static func input(_ argument: BytePath) throws -> [UInt8] {
    guard argument.bytes.first == UInt8(ascii: "@") else { return argument.bytes }
    let path = BytePath(argument.bytes.dropFirst())
    let number = path.withCString { open($0, O_RDONLY | O_CLOEXEC) }
    guard number >= 0 else { throw Self.complaint(path) }
    defer { close(number) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(number, &buffer, buffer.count)
      if count < 0 && errno != EINTR { throw Self.complaint(path) }
      if count == 0 { return bytes }
      if count > 0 { bytes += buffer[..<count] }
    }
  }

  private static func complaint(_ path: BytePath) -> UsageError {
    UsageError(description: "\(path): \(String(cString: strerror(errno)))")
  }
}
