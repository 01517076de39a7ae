import ArgumentParser
import Glibc
import Thumbnails
import WorkerFarm

/// `farm replay`: one picture again, alone, with everything told about it.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Does one picture again, alone, and tells what happens.",
    usage: """
      farm replay [<options>] <report> <index or path>
             farm replay [<options>] <picture>
      """,
    discussion: """
      For a picture that failed or crashed its worker. It's done once, in one worker, in the foreground, \
      whether or not it's in quarantine, and nothing of an earlier run is touched: the thumbnails are \
      thrown away unless --output keeps them. Printed are what became of it, with the signal of a \
      crash, the worker's last words on standard error, the limits and the sandbox that were in \
      force, and the time and memory it took.

      The report is what farm thumbs --json wrote; the picture of it is named by its index there or by \
      its path, and done as in that run. A picture named alone is done as the options say.

      Exit status: 0 the thumbnails were made, 1 they weren't, 2 wrong usage, 3 there's no worker to be had.
      """)

  @Argument(
    help: ArgumentHelp(
      "What farm thumbs --json wrote; or a picture, and nothing more.", valueName: "report"),
    transform: ArgumentBytes.path)
  var first: BytePath

  @Argument(
    help: ArgumentHelp(
      "A picture's index in the report, or its path there; ./7 is a file called 7.",
      valueName: "index or path"),
    transform: ArgumentBytes.path)
  var second: BytePath?

  @Option(
    name: [.customShort("o", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Keep the thumbnails in this directory.", valueName: "dir"),
    transform: ArgumentBytes.path)
  var output: BytePath?

  @Option(
    help: """
      What the worker is confined to, as for farm thumbs; off for a debugger, or to see whether the \
      sandbox is the cause. (default: as in the report, else try)
      """)
  var sandbox: SandboxPolicy.Enforcement?

  @Flag(help: "The worker gets no file at all, as for farm thumbs.")
  var isolate = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Memory for the worker. (default: as in the report, else 70% of what is free)",
      valueName: "bytes"))
  var memory: MemoryLimit?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Give up after this long. (default: as in the report, else 60)", valueName: "seconds"))
  var timeout: TimeLimit?

  @OptionGroup(title: "For a picture without a report") var settings: ThumbnailSettings

  func validate() throws {
    try SandboxOptions.check(sandbox, isolate: isolate)
    // Placeholders are made, though there's no record to show them.
    try settings.validate(json: true)
  }

  func run() throws {
    let (source, arguments) = try request()
    var limits = arguments.limits
    if let memory { limits.memory = memory }
    if let timeout { limits.timeout = timeout }
    if isolate { limits.confinement.isolate = true }
    if let sandbox {
      limits.confinement.sandbox = sandbox
      if sandbox == .off { limits.confinement.isolate = false }
    }
    try Replay(
      source: source, output: output, settings: arguments.settings, limits: limits
    ).execute()
  }

  /// Which picture, and how it's to be done.
  private func request() throws -> (BytePath, RunArguments) {
    guard let second else {
      var arguments = try RunArguments.parse([])
      arguments.settings = settings
      return (first, arguments)
    }
    let report = try Report(reading: first, looking: Report.Wanted(second))
    guard let words = report.arguments else {
      Console.write(
        "farm: \(first) has no summary, so the run was cut short: the options given here, and"
          + " otherwise the defaults, are used\n", to: STDERR_FILENO)
      var arguments = try RunArguments.parse([])
      arguments.settings = settings
      return (report.source, arguments)
    }
    if let surplus = settings.arguments.first {
      throw UsageError(
        description: "\(surplus) is for a picture without a report: one of \(first) is done as in"
          + " its run")
    }
    return (report.source, try RunArguments.reading(words, from: first))
  }
}

/// What a report remembers of its run's options.
struct RunArguments: ParsableArguments {
  @OptionGroup var settings: ThumbnailSettings
  @OptionGroup var limits: LimitOptions

  /// - Throws: ``UsageError`` for options that this farm doesn't know or that don't go together.
  static func reading(_ words: [String], from report: BytePath) throws -> RunArguments {
    do {
      let arguments = try parse(words)
      try arguments.settings.validate(json: true)
      return arguments
    } catch {
      // Asking for help is an error too, whose message is the help.
      let reason = exitCode(for: error).isSuccess ? "--help" : Console.escaped(message(for: error))
      throw UsageError(description: "\(report): its run's options make no sense here: \(reason)")
    }
  }
}
