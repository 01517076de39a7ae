import ArgumentParser
import Glibc
import Thumbnails
import WorkerFarm

/// `farm replay` after its arguments are understood: one job, one worker, one attempt.
struct Replay {
  let source: BytePath
  /// Where thumbnails are kept; nil to throw them away.
  let output: BytePath?
  let settings: ThumbnailSettings
  let limits: LimitOptions

  func execute() throws {
    let status = StatusLine(showsBar: false)
    // Before there's a directory that a signal could leave behind.
    let interrupts = Interrupts(status: status, inputs: nil)
    let scratch = try output == nil ? TemporaryDirectory(for: "replay") : nil
    defer { scratch?.remove() }
    let plan = try OutputPlan(paths: [source], output: output ?? scratch?.path)
    guard let root = plan.roots.first, !root.isDirectory else {
      throw UsageError(description: "\(source) is a directory; a replay is of one picture")
    }
    let directories = try OutputDirectories(plan, isDryRun: false)
    defer { directories.removeIfEmpty() }
    let outcome = try run(job(in: root.output), plan, interrupts)
    // What dies by a signal runs no defer.
    if let signal = interrupts.received {
      scratch?.remove()
      directories.removeIfEmpty()
      Interrupts.die(by: signal)
    }
    try Console.printOrEnd(outcome.text)
    if !outcome.isMade { throw ExitCode(1) }
  }

  private func job(in directory: BytePath) throws -> ThumbnailJob {
    let variants = try settings.variants()
    let names = OutputName(isOneOfSeveral: variants.count > 1)
    return ThumbnailJob(
      source: source, stem: names.stem(of: source.name, in: directory),
      options: settings.options(for: variants), variants: variants, mode: .force)
  }

  private func run(
    _ job: ThumbnailJob, _ plan: OutputPlan, _ interrupts: Interrupts
  ) throws -> ReplayAccount {
    let watch = WorkerWatch()
    var configuration = PoolConfiguration(workers: 1)
    try limits.apply(to: &configuration, plan, isDryRun: false)
    configuration.retry = .never
    configuration.observers = [watch]
    configuration.standardErrorHandler = watch.append
    do throws(PoolError) {
      let pool = try WorkerPool(configuration)
      defer { pool.shutdownBlocking(.cancel) }
      let outcome = try outcome(of: job, in: pool, interrupts)
      // Only who is gone has been counted.
      pool.shutdownBlocking()
      if case .failure = outcome.result { job.finishReplacing() }
      return ReplayAccount(
        outcome: outcome, arguments: settings.arguments + limits.arguments, isKept: output != nil,
        watch: watch, policy: configuration.sandbox, sandbox: pool.sandboxReport,
        use: ResourceUse.ofChildren)
    } catch {
      Console.write("farm: \(Console.escaped("\(error)"))\n", to: STDERR_FILENO)
      throw ExitCode(3)
    }
  }

  private func outcome(
    of job: ThumbnailJob, in pool: WorkerPool, _ interrupts: Interrupts
  ) throws(PoolError) -> PictureOutcome {
    let picture = ScannedPicture.picture(job)
    if pool.configuration.sandbox.isolates {
      let isolated = [IsolatedPicture(picture, isNamed: { _ in true })]
      return PictureOutcome(finishing: try onlyOutcome(of: isolated, in: pool, interrupts))
    }
    return PictureOutcome(try onlyOutcome(of: [picture], in: pool, interrupts))
  }

  private func onlyOutcome<J: Job>(
    of jobs: [J], in pool: WorkerPool, _ interrupts: Interrupts
  ) throws(PoolError) -> Outcome<J> {
    var outcomes = pool.outcomes(of: jobs).makeBlockingIterator()
    interrupts.cancel(with: KillAtOnce(canceller: outcomes.canceller))
    guard let outcome = try outcomes.next() else {
      preconditionFailure("every input has its outcome")
    }
    // The end says why there was no worker to be had, if so.
    while try outcomes.next() != nil {}
    return outcome
  }
}

/// Nobody waits for a picture that hangs.
private struct KillAtOnce: Stoppable {
  let canceller: RunCanceller

  func stop() { canceller.abort() }
  func abort() { canceller.abort() }
}
