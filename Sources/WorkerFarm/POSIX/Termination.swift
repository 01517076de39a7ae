import Glibc

/// How a process ended.
public enum Termination: Hashable, Sendable, CustomStringConvertible {
  /// It called `exit` with this status, or returned it from `main`.
  case exited(status: Int32)

  /// A signal ended it.
  case signalled(number: Int32)

  /// Somebody else reaped it, as happens in a host that ignores `SIGCHLD`.
  case unknown

  /// A thread that should have been killed: it was left to itself, for as long as its job may take.
  case abandoned

  public var description: String {
    switch self {
    case .abandoned: "was abandoned (a thread can't be killed)"
    case .exited(let status): "exited with status \(status)"
    case .signalled(let number): "killed by \(Self.signalName(number))"
    case .unknown: "ended (its status was taken by another part of this program)"
    }
  }

  /// A signal's usual name, for example `SIGSEGV`.
  public static func signalName(_ number: Int32) -> String {
    names[number] ?? "signal \(number)"
  }

  private static let names: [Int32: String] = [
    SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL",
    SIGTRAP: "SIGTRAP", SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE",
    SIGKILL: "SIGKILL", SIGUSR1: "SIGUSR1", SIGSEGV: "SIGSEGV", SIGUSR2: "SIGUSR2",
    SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM", SIGXCPU: "SIGXCPU",
    SIGXFSZ: "SIGXFSZ", SIGSYS: "SIGSYS", SIGVTALRM: "SIGVTALRM", SIGPROF: "SIGPROF",
    SIGPOLL: "SIGPOLL", SIGPWR: "SIGPWR", SIGSTKFLT: "SIGSTKFLT",
  ]
}
