import ArgumentParser
import Thumbnails
import WorkerFarm

struct ThumbsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "thumbs",
    abstract: "Makes a thumbnail of every JPEG, PNG and WebP.",
    discussion: """
      Directories are walked with everything below them. The thumbnails of DIR go to DIR/thumbs, \
      those of a file named on its own to thumbs beside it; --output puts them elsewhere. A \
      thumbnail is called as its picture with .jpg, .png or .webp appended; one of several sizes or \
      densities has its size before that: a.jpg.256.jpg, a.jpg.256@2x.jpg. Thumbnails that are \
      up to date are left alone.

      A picture that crashed its worker twice is remembered in the output, by its content, and skipped \
      by the next runs: until the farm or one of its codecs has another version, or \
      --retry-quarantined is given. farm replay shows what it does.

      Exit status: 0 everything done, 1 some pictures failed or are quarantined (each is named), \
      2 wrong usage, 3 the run couldn't go on.
      """)

  @Argument(
    help: "Directories and pictures.", transform: ArgumentBytes.path)
  var paths: [BytePath]

  @OptionGroup var workers: WorkerOptions

  @Option(
    name: [.customShort("o", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Where thumbnails go; subdirectories are mirrored.", valueName: "dir"),
    transform: ArgumentBytes.path)
  var output: BytePath?

  @OptionGroup var settings: ThumbnailSettings

  @OptionGroup var limits: LimitOptions

  @Flag(help: "Make thumbnails again that are up to date.")
  var force = false

  @Flag(
    help: """
      Try again the pictures that killed their workers twice in an earlier run and are skipped since.
      """)
  var retryQuarantined = false

  @Flag(name: [.customShort("n"), .long], help: "Only say what would be made.")
  var dryRun = false

  @Flag(help: "Print a JSON record for each picture, in order, and one for the run.")
  var json = false

  @OptionGroup var reporting: ReportingOptions

  func validate() throws {
    if force && dryRun {
      throw ValidationError("--force and --dry-run don't go together: a dry run makes nothing.")
    }
    try settings.validate(json: json)
  }

  func run() throws {
    let variants = try settings.variants()
    let options = settings.options(for: variants)
    let plan = try OutputPlan(paths: paths, output: output)
    let reporter = Reporter(
      json: json, quiet: reporting.quiet, progress: reporting.progress, isDryRun: dryRun,
      isLenient: options.lenient,
      arguments: settings.arguments + limits.arguments)
    var pool = PoolConfiguration(workers: workers.count)
    try limits.apply(to: &pool, plan, isDryRun: dryRun)
    if !reporting.quiet { pool.logger = Warnings.logger(reporter.status) }
    let trace = try reporting.startTrace(of: &pool)
    let run = ThumbsRun(
      plan: plan, options: options, variants: variants,
      mode: dryRun ? .ask : force ? .force : .make, pool: pool, reporter: reporter,
      retriesQuarantined: retryQuarantined)
    defer { reporting.finish(trace, reporter.status) }
    try run.execute()
  }
}
