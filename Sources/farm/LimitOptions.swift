import ArgumentParser
import Thumbnails
import WorkerFarm

/// What workers may use, and what they may do.
struct LimitOptions: ParsableArguments {
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

  /// Gives a pool of so many workers these limits.
  func apply(to pool: inout PoolConfiguration, _ plan: OutputPlan, isDryRun: Bool) throws {
    pool.timeout = timeout.duration
    pool.memory = try memory.forPictures(workers: pool.workers)
    pool.sandbox = confinement.policy(plan, isDryRun: isDryRun)
    if confinement.isolate { pool.frameLimit = IsolatedThumbnailJob.frameLimit }
  }

  /// As ``ThumbnailSettings/arguments``.
  var arguments: [String] {
    var words: [String] = []
    switch memory {
    case .bytes(let bytes): words.append("--memory=\(bytes)")
    case .percent(70): break
    case .percent(let share): words.append("--memory=\(share)%")
    }
    if timeout.seconds != TimeLimit.standard.seconds {
      words.append("--timeout=\(timeout.defaultValueDescription)")
    }
    if confinement.sandbox != .try { words.append("--sandbox=\(confinement.sandbox.rawValue)") }
    if confinement.isolate { words.append("--isolate") }
    return words
  }
}
