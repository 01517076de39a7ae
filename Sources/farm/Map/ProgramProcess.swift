import CPosix
import Glibc
import Thumbnails
import WorkerFarm

/// Runs one program in a worker: feeds it, gathers what it writes, and sees to it that it doesn't outlive
/// those who wait for it.
///
/// The program is in the worker's process group, which the pool kills at a timeout and after the worker's death.
/// Should the coordinator itself die, the worker learns it from the coordinator's pidfd and kills the group.
struct ProgramProcess: ~Copyable {
  private let child: ChildProcess
  private let streams: ProgramStreams

  init(path: BytePath, words: [[UInt8]], input: [UInt8]?) throws {
    // A program that doesn't read its input is no reason to die.
    ignoreSignal(SIGPIPE)
    let outputPipe = try Pipe()
    let errorPipe = try Pipe()
    let source = try Self.source(of: input)
    let (output, errors) = (outputPipe.ends(), errorPipe.ends())
    let streams = try ProgramStreams(
      output: output.reader, errors: errors.reader, input: source.writer, bytes: input ?? [])
    // The child's ends, closed here as soon as it has them: else the streams would have no end.
    let theirs = [source.reader, output.writer, errors.writer].map(SharedDescriptor.init(owning:))
    let numbers = theirs.map { $0.descriptor.number }
    let child = try withExtendedLifetime(theirs) {
      try ChildProcess(
        executable: path.bytes, arguments: words, environment: ChildProcess.inheritedEnvironment(),
        descriptors: .init(input: numbers[0], output: numbers[1], error: numbers[2]),
        leadsGroup: false)
    }
    // Both at once: an initialiser may not throw half way through its fields.
    self.streams = streams
    self.child = child
  }

  private static func source(of input: [UInt8]?) throws -> (reader: Int32, writer: Int32?) {
    if input != nil {
      let ends = try Pipe().ends()
      return (ends.reader, ends.writer)
    }
    // Above the numbers that the child's own will overwrite, as a pipe's ends are.
    let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
    guard null >= 0 else { throw SystemError(call: "open", code: errno) }
    defer { close(null) }
    let moved = farm_duplicate_above(null, 10)
    guard moved >= 0 else { throw SystemError(call: "fcntl", code: errno) }
    return (moved, nil)
  }

  /// Waits for the program's end. What it has left running in the background isn't waited for.
  func run() throws -> ProgramJob.Output {
    let coordinator = Self.coordinator?.descriptor.number
    while true {
      var entries = [child.handle.number, coordinator ?? -1].map {
        pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
      }
      entries += streams.interests
      _ = poll(&entries, nfds_t(entries.count), -1)
      if getppid() != Self.parent { Self.die(with: child.pid) }
      if let stream = streams.advance() {
        kill(child.pid, SIGKILL)
        throw BadRecord(
          description: "wrote more than \(ProgramStreams.largest >> 20) MiB to its \(stream)")
      }
      if entries[0].revents != 0, let ending = child.reapIfEnded() {
        _ = streams.advance()
        return ProgramJob.Output(ending: ending, output: streams.output, errors: streams.errors)
      }
    }
  }

  /// The coordinator, asked for before it can have died without this process hearing of it.
  static let parent = getppid()

  private static let coordinator: SharedDescriptor? = {
    let number = farm_pidfd_open(parent)
    return number < 0 ? nil : SharedDescriptor(owning: number)
  }()

  /// Takes everything along that was started here.
  private static func die(with program: pid_t) -> Never {
    kill(program, SIGKILL)
    if getpgrp() == getpid() { kill(0, SIGKILL) }
    exit(1)
  }
}

/// The three streams of a program that runs.
private final class ProgramStreams {
  private var outputEnd: SharedDescriptor?
  private var errorEnd: SharedDescriptor?
  private var inputEnd: SharedDescriptor?
  private let input: [UInt8]
  private var written = 0
  private(set) var output: [UInt8] = []
  private(set) var errors: [UInt8] = []

  /// What a program may write to either: both have to fit into a frame.
  static let largest = 28 << 20

  init(output: Int32, errors: Int32, input: Int32?, bytes: [UInt8]) throws {
    outputEnd = SharedDescriptor(owning: output)
    errorEnd = SharedDescriptor(owning: errors)
    inputEnd = input.map(SharedDescriptor.init(owning:))
    self.input = bytes
    for end in [outputEnd, errorEnd, inputEnd] { try end?.descriptor.makeNonblocking() }
  }

  /// What to wait for.
  var interests: [pollfd] {
    [(outputEnd, POLLIN), (errorEnd, POLLIN), (inputEnd, POLLOUT)].compactMap { end, event in
      end.map { pollfd(fd: $0.descriptor.number, events: Int16(event), revents: 0) }
    }
  }

  /// Reads and writes what can be without waiting. Returns the name of a stream that got too much.
  func advance() -> String? {
    feed()
    if !Self.drain(&outputEnd, into: &output) { return "standard output" }
    if !Self.drain(&errorEnd, into: &errors) { return "standard error" }
    return nil
  }

  private func feed() {
    while let end = inputEnd {
      guard written < input.count else {
        inputEnd = nil
        return
      }
      let transfer = input.withUnsafeBytes { bytes in
        try? end.descriptor.write(UnsafeRawBufferPointer(rebasing: bytes[written...]))
      }
      switch transfer {
      case .bytes(let count): written += count
      case .wouldBlock: return
      case .closed, nil: inputEnd = nil
      }
    }
  }

  private static func drain(_ end: inout SharedDescriptor?, into bytes: inout [UInt8]) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 1) { buffer in
      while let source = end {
        switch try? source.descriptor.read(into: buffer) {
        case .bytes(let count):
          bytes.append(contentsOf: buffer[..<count])
          if bytes.count > largest { return false }
        case .wouldBlock: return true
        case .closed, nil: end = nil
        }
      }
      return true
    }
  }
}
