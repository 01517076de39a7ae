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
    // Our ends in another peer would keep this one from seeing the end.
    for end in requests + replies { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    pid = try ownProcess(
      ["pipe-peer", "--answer", "\(answer)"], input: requests[0], output: replies[1])
    close(requests[0])
    close(replies[1])
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
