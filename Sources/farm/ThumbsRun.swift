import Glibc
import Thumbnails
import WorkerFarm

/// `farm thumbs` after its arguments are understood: walk, map, report.
struct ThumbsRun {
  let plan: OutputPlan
  let options: ThumbnailOptions
  let variants: [ThumbnailVariant]
  let mode: ThumbnailJob.Mode
  let pool: PoolConfiguration
  let reporter: Reporter
  /// Whether pictures are tried though they killed their workers in an earlier run.
  let retriesQuarantined: Bool

  func execute() throws {
    // Before the first directory is made: a signal that came in between would leave it behind.
    let interrupts = Interrupts(status: reporter.status, inputs: "pictures")
    let directories = try OutputDirectories(plan, isDryRun: mode == .ask)
    defer { directories.removeIfEmpty() }
    let quarantine = PictureQuarantine(of: plan, isIgnored: retriesQuarantined, warn: reporter.warn)
    var scanner = makeScanner(directories, interrupts, quarantine)
    guard let first = scanner.next() else {
      if let signal = interrupts.received {
        directories.removeIfEmpty()
        Interrupts.die(by: signal)
      }
      let paths = plan.roots.map { "\($0.path)" }.joined(separator: ", ")
      throw UsageError(description: "\(paths): no pictures there, nothing to do")
    }
    let sandbox = run(Chain(first: first, rest: scanner), interrupts, quarantine)
    reporter.finish(
      skipped: scanner.skipped.value, sandbox: SandboxRecord(pool.sandbox, sandbox))
    // Before a signal takes this process away.
    directories.removeIfEmpty()
    try RunEnd(
      signal: interrupts.received, outputError: reporter.outputError,
      hasProblem: reporter.problem != nil, hasFailures: reporter.tally.notDone > 0
    ).conclude()
  }

  private func makeScanner(
    _ directories: OutputDirectories, _ interrupts: Interrupts, _ quarantine: PictureQuarantine
  ) -> Scanner {
    let (options, variants, mode) = (options, variants, mode)
    let names = OutputName(isOneOfSeveral: variants.count > 1)
    var scanner = Scanner(
      plan: plan, excluding: directories.identities, names: names
    ) { source, stem in
      var job = ThumbnailJob(
        source: source, stem: stem, options: options, variants: variants, mode: mode)
      job.quarantined = quarantine.suspects(source)
      return job
    }
    // A walk may go on for long without coming upon a picture.
    scanner.isCancelled = { interrupts.received != nil }
    return scanner
  }

  /// - Returns: what sandbox the workers said they have; nil if none did.
  private func run(
    _ pictures: Chain<Scanner>, _ interrupts: Interrupts, _ quarantine: PictureQuarantine
  ) -> SandboxReport? {
    // Jobs whose workers were killed. Their files are looked after when all workers are gone.
    var cutShort: [ThumbnailJob] = []
    defer { for job in cutShort { job.finishReplacing() } }
    do throws(PoolError) {
      let pool = try WorkerPool(pool)
      defer { pool.shutdownBlocking(.cancel) }
      let ticker = startProgress()
      defer { ticker.stop() }
      do throws(PoolError) {
        if pool.configuration.sandbox.isolates {
          let isNamed = Set(plan.roots.map(\.path))
          let isolated = pictures.lazy.map { IsolatedPicture($0, isNamed: isNamed.contains) }
          let outcomes = pool.outcomes(of: isolated).makeBlockingIterator()
          try report(outcomes, interrupts) { outcome in
            PictureOutcome(finishing: outcome).noted(by: quarantine)
          }
        } else {
          let outcomes = pool.outcomes(of: pictures).makeBlockingIterator()
          try report(outcomes, interrupts) { outcome in
            if case .failure = outcome.result, case .picture(let job) = outcome.input,
              outcome.attempts > 0
            {
              cutShort.append(job)
            }
            return PictureOutcome(outcome).noted(by: quarantine)
          }
        }
      } catch {
        reporter.poolError = error
      }
      return pool.sandboxReport
    } catch {
      reporter.poolError = error
      return nil
    }
  }

  private func report<Pictures>(
    _ outcomes: OutcomeSequence<Pictures>.BlockingIterator, _ interrupts: Interrupts,
    _ finished: (Outcome<Pictures.Element>) -> PictureOutcome
  ) throws(PoolError) {
    var outcomes = outcomes
    let canceller = outcomes.canceller
    interrupts.cancel(with: canceller)
    while let outcome = try outcomes.next() {
      reporter.report(finished(outcome))
      if reporter.outputError != 0 || reporter.fatal != nil { canceller.stop() }
    }
  }

  private func startProgress() -> Ticker {
    let status = reporter.status
    let ticker = Ticker()
    guard status.showsBar else { return ticker }
    ticker.start { status.draw() }
    // Counting reads the directories a second time, beside the first: by then the system has them at hand.
    let plan = plan
    startThread {
      guard let directories = try? OutputDirectories(plan, isDryRun: true) else { return }
      let names = OutputName(isOneOfSeveral: false)
      let counter = Scanner(
        plan: plan, excluding: directories.identities, names: names
      ) { source, stem in
        ThumbnailJob(source: source, stem: stem, options: ThumbnailOptions(size: .standard))
      }
      let total = counter.reduce(into: 0) { count, _ in count += 1 }
      status.update { $0.total = total }
    }
    return ticker
  }
}

/// A sequence with one element put back in front.
private struct Chain<Rest: IteratorProtocol>: Sequence, IteratorProtocol {
  var first: Rest.Element?
  var rest: Rest

  mutating func next() -> Rest.Element? {
    if let first {
      self.first = nil
      return first
    }
    return rest.next()
  }
}
