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

  @Option(
    name: [.customShort("s", allowingJoined: true), .long], parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      """
      The box to fit into, in pixels: 256, 320x240, 320x or x240; sides up to 65500. Several, as \
      1024,256, are made from one decoding. Nothing is enlarged unless asked. (default: 256)
      """,
      valueName: "box,..."))
  var size: [ValueList<ThumbnailSize>] = []

  @Option(
    name: [.customShort("q", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Quality of JPEG and WebP, 1 to 100.", valueName: "1-100"))
  var quality: JPEGQuality = .standard

  @Option(
    help: "What to write: auto is PNG where something is transparent, JPEG elsewhere.")
  var format: ThumbnailFormat = .auto

  @OptionGroup var picture: PictureOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Refuse larger pictures, judged by their header; 50M is 50 million.", valueName: "n"))
  var maxPixels = PixelLimit.standard

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Memory for all workers together: 2G, 500M, or a share of what is free. A picture that needs \
      much waits until there is enough; one that needs more is refused.
      """,
      valueName: "bytes"))
  var memory = MemoryLimit.standard

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Give up on a picture after this long.", valueName: "seconds"))
  var timeout = TimeLimit.standard

  @OptionGroup var confinement: SandboxOptions

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
    try picture.validate(sizes: sizes, format: format, json: json)
    _ = try variants()
  }

  private var sizes: [ThumbnailSize] { size.isEmpty ? [.standard] : size.flatMap(\.values) }

  private func variants() throws -> [ThumbnailVariant] {
    do {
      return try ThumbnailVariant.all(sizes: sizes, densities: picture.densities)
    } catch {
      throw ValidationError("--size and --dpr: \(error).")
    }
  }

  func run() throws {
    let variants = try variants()
    var options = ThumbnailOptions(
      size: variants[0].size, quality: quality.value, format: format)
    picture.apply(to: &options)
    options.maxPixels = maxPixels.value
    let plan = try OutputPlan(paths: paths, output: output)
    let reporter = Reporter(
      json: json, quiet: reporting.quiet, progress: reporting.progress, isDryRun: dryRun,
      isLenient: options.lenient)
    var pool = PoolConfiguration(workers: workers.count)
    pool.timeout = timeout.duration
    pool.memory = try memory.forPictures(workers: workers.count)
    pool.sandbox = confinement.policy(plan, isDryRun: dryRun)
    if confinement.isolate { pool.frameLimit = IsolatedThumbnailJob.frameLimit }
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
