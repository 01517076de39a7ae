import ArgumentParser
import Glibc

/// `farm-bench pipe-peer`: the least that two processes can do with two pipes, as the measure for what a pool adds. Reads
/// and answers, or only reads, until its input ends.
struct PipePeerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pipe-peer", abstract: "The other end of a pipe.", shouldDisplay: false)

  @Option(help: "Bytes of each message; 0 to read whatever comes and answer nothing.")
  var answer = 24

  func run() {
    let size = answer == 0 ? 1 << 20 : answer
    withUnsafeTemporaryAllocation(byteCount: size, alignment: 16) { buffer in
      while read(STDIN_FILENO, buffer.baseAddress, size) > 0 {
        if answer > 0 { _ = write(STDOUT_FILENO, buffer.baseAddress, size) }
      }
    }
  }
}

/// A process that runs ``PipePeerCommand``, and the pipes to and from it.
struct PipePeer: ~Copyable {
  let input: Int32
  let output: Int32
  private let pid: pid_t

  /// - Parameter capacity: of the pipe to it, in bytes.
  init(answer: Int, capacity: Int32 = 256 << 10) throws {
    var requests: [Int32] = [-1, -1]
    var replies: [Int32] = [-1, -1]
    guard pipe(&requests) == 0, pipe(&replies) == 0 else { throw FileError("no pipe") }
    // F_SETPIPE_SZ, which Glibc's module hides.
    _ = fcntl(requests[1], 1031, capacity)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, requests[0], 0)
    posix_spawn_file_actions_adddup2(&actions, replies[1], 1)
    for end in requests + replies { posix_spawn_file_actions_addclose(&actions, end) }
    let words = ["farm-bench", "pipe-peer", "--answer", "\(answer)"]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { word in strdup(word) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var pid = pid_t()
    guard posix_spawn(&pid, "/proc/self/exe", &actions, nil, &arguments, environ) == 0 else {
      throw FileError("can't start the pipe's other end")
    }
    close(requests[0])
    close(replies[1])
    self.pid = pid
    input = requests[1]
    output = replies[0]
  }

  deinit {
    close(input)
    close(output)
    waitpid(pid, nil, 0)
  }

  /// Writes everything.
  func send(_ bytes: UnsafeRawBufferPointer) {
    var done = 0
    while done < bytes.count {
      let count = write(input, bytes.baseAddress?.advanced(by: done), bytes.count - done)
      if count > 0 { done += count }
    }
  }
}
