import Glibc
public import WorkerFarm

/// A job that does to its worker what its input says.
public struct Misbehave: Job, Codable {
  public enum Way: String, Codable, Sendable, CaseIterable {
    case behave, segfault, trap, abort, kill, exit0, exit7, stop, loop
    case halfFrame, halfFrameAndSilence, garbage, hugeLength, duplicate, unknownID, closeOutput
    case floodStandardError, printToStandardOutput, readStandardInput, grandchild
  }

  public var id: Int
  public var way: Way
  /// If set, only the worker that finds this file missing misbehaves; it makes the file first.
  public var onceFile: String?

  public init(id: Int, way: Way, onceFile: String? = nil) {
    self.id = id
    self.way = way
    self.onceFile = onceFile
  }

  public func run() -> Int {
    if let onceFile {
      let file = open(onceFile, O_CREAT | O_EXCL | O_WRONLY, 0o600)
      if file < 0 { return id }
      close(file)
    }
    switch way {
    case .behave: break
    case .segfault:
      say("about to touch what isn't there\n")
      signal(SIGSEGV, SIG_DFL)
      raise(SIGSEGV)
    case .trap: fatalError("trapped on purpose")
    case .abort: Glibc.abort()
    case .kill: Glibc.kill(getpid(), SIGKILL)
    case .exit0: exit(0)
    case .exit7: exit(7)
    case .stop: Glibc.kill(getpid(), SIGSTOP)
    // A call that ThreadSanitizer knows: only at such calls does it deliver signals.
    case .loop: while close(-1) != 0 {}
    case .halfFrame:
      reply([200, 0, 0, 0, 4, 0, 0])
      Glibc.kill(getpid(), SIGKILL)
    case .halfFrameAndSilence: replyAndWait([200, 0, 0, 0, 4, 0, 0])
    case .garbage: replyAndWait(Array(repeating: 0xA5, count: 333))
    case .hugeLength: replyAndWait([0xFF, 0xFF, 0xFF, 0xFF, 4, 0, 0, 0])
    // For whatever job came first: an id used up long ago.
    case .duplicate: replyAndWait(frame(id: 1 << 32))
    case .unknownID: replyAndWait(frame(id: 0xDEAD_BEEF))
    case .closeOutput:
      close(replyDescriptor())
      pause()
    case .floodStandardError:
      let line = String(repeating: "flood ", count: 1000) + "\n"
      for _ in 0..<500 { say(line) }
    case .printToStandardOutput:
      for _ in 0..<100 { print("a stray print") }
      fflush(nil)
    case .readStandardInput:
      var byte: UInt8 = 0
      if read(STDIN_FILENO, &byte, 1) != 0 { Glibc.abort() }
    case .grandchild: startGrandchild()
    }
    return id
  }

  private func say(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
  }

  /// The replies' pipe: the one that can be written to above the standard descriptors.
  private func replyDescriptor() -> Int32 {
    for descriptor in Int32(10)..<64 {
      let flags = fcntl(descriptor, F_GETFL)
      if flags != -1 && flags & O_ACCMODE == O_WRONLY { return descriptor }
    }
    return -1
  }

  private func reply(_ bytes: [UInt8]) { _ = write(replyDescriptor(), bytes, bytes.count) }

  private func frame(id: UInt64) -> [UInt8] {
    [12, 0, 0, 0, 4, 0, 0, 0] + (0..<8).map { UInt8(truncatingIfNeeded: id >> (8 * $0)) }
  }

  private func replyAndWait(_ bytes: [UInt8]) {
    reply(bytes)
    pause()
  }

  /// A process that inherits the replies' pipe and outlives the worker, `sleep` with the job's id.
  private func startGrandchild() {
    var pid: pid_t = 0
    let descriptor = replyDescriptor()
    _ = fcntl(descriptor, F_SETFD, 0)
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("\(id)"), nil]
    posix_spawnp(&pid, "sleep", nil, nil, &arguments, environ)
    Glibc.kill(getpid(), SIGKILL)
  }
}
