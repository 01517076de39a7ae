import ArgumentParser
import Glibc

/// How many processes do the work.
struct WorkerOptions: ParsableArguments {
  @Option(
    name: [.customShort("j", allowingJoined: true), .long, .customLong("procs")],
    parsing: .unconditional,
    help: ArgumentHelp(
      "Worker processes: a number up to 1024, a share of the processors such as 50%, or auto.",
      valueName: "n"))
  var jobs: JobCount = .auto

  var count: Int { jobs.workers }
}

/// What is said on standard error.
struct ReportingOptions: ParsableArguments {
  @Option(help: "Show a progress bar on standard error.")
  var progress: ProgressMode = .auto

  @Flag(help: "Print nothing but failures.")
  var quiet = false
}

enum ProgressMode: String, ExpressibleByArgument, CaseIterable {
  case auto, always, never

  /// Whether there's to be a bar, where the choice is left to us on terminals only.
  func showsBar(quiet: Bool) -> Bool {
    switch self {
    case .always: true
    case .never: false
    case .auto: !quiet && Console.canRedraw(STDERR_FILENO)
    }
  }
}
