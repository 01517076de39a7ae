import ArgumentParser
import Glibc
import Thumbnails
import WorkerFarm

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

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Write a timeline of the run for Perfetto (ui.perfetto.dev) or Chrome's tracing page.",
      valueName: "file"),
    transform: ArgumentBytes.path)
  var trace: BytePath?

  /// Opens the trace, if one is wanted, and lets the pool write it.
  func startTrace(of pool: inout PoolConfiguration) throws(UsageError) -> ChromeTrace? {
    guard let path = trace else { return nil }
    do {
      let trace = try ChromeTrace(path: path.bytes)
      pool.observers.append(trace)
      return trace
    } catch {
      throw UsageError(description: "--trace \(path): \(SystemError.message(for: error.code))")
    }
  }

  /// After the pool has ended.
  func finish(_ trace: ChromeTrace?, _ status: StatusLine) {
    if let error = trace?.error { status.print("farm: --trace isn't complete: \(error)") }
  }
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
