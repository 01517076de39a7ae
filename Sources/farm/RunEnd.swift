import ArgumentParser
import Glibc

/// How a run came to its end, and the exit status that it deserves.
struct RunEnd {
  /// The signal that ended it, if one did.
  var signal: Int32?
  /// Why standard output takes no more; 0 while it does.
  var outputError: Int32
  /// Whether it couldn't go on.
  var hasProblem: Bool
  var hasFailures: Bool

  /// Ends this process if a signal is to be seen by the shell; throws a status other than 0.
  func conclude() throws {
    if let signal { Interrupts.die(by: signal) }
    if outputError == EPIPE { Interrupts.die(by: SIGPIPE) }
    if hasProblem { throw ExitCode(3) }
    if hasFailures { throw ExitCode(1) }
  }
}
