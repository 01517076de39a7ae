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

  func execute() throws {
    // Before the first directory is made: a signal that came in between would leave it behind.
    let interrupts = Interrupts(status: reporter.status, inputs: "pictures")
    let directories = try OutputDirectories(plan, isDryRun: mode == .ask)
    defer { directories.removeIfEmpty() }
    var scanner = makeScanner(directories, interrupts)
    guard let first = scanner.next() else {
      if let signal = interrupts.received {
        directories.removeIfEmpty()
        Interrupts.die(by: signal)
      }
      let paths = plan.roots.map { "\($0.path)" }.joined(separator: ", ")
      throw UsageError(description: "\(paths): no pictures there, nothing to do")
    }
    reporter.poolError = run(first: first, then: scanner, interrupts)
    reporter.finish(skipped: scanner.skipped.value)
    // Before a signal takes this process away.
    directories.removeIfEmpty()
    try RunEnd(
      signal: interrupts.received, outputError: reporter.outputError,
      hasProblem: reporter.problem != nil, hasFailures: reporter.tally.failed > 0
    ).conclude()
  }

  private func makeScanner(
    _ directories: OutputDirectories, _ interrupts: Interrupts
  ) -> Scanner {
    let (options, variants, mode) = (options, variants, mode)
    let names = OutputName(isOneOfSeveral: variants.count > 1)
    var scanner = Scanner(
      plan: plan, excluding: directories.identities, names: names
    ) { source, stem in
      ThumbnailJob(
        source: source, stem: stem, options: options, variants: variants, mode: mode)
    }
    // A walk may go on for long without coming upon a picture.
    scanner.isCancelled = { interrupts.received != nil }
    return scanner
  }

  /// - Returns: why the pool couldn't go on, if it couldn't.
  private func run(
    first: ScannedPicture, then scanner: Scanner, _ interrupts: Interrupts
  ) -> PoolError? {
    do throws(PoolError) {
      let pool = try WorkerPool(pool)
      defer { pool.shutdownBlocking(.cancel) }
      let pictures = Chain(first: first, rest: scanner)
      var outcomes = pool.outcomes(of: pictures).makeBlockingIterator()
      let canceller = outcomes.canceller
      interrupts.cancel(with: canceller)
      let ticker = startProgress()
      defer { ticker.stop() }
      while let outcome = try outcomes.next() {
        reporter.report(outcome)
        if reporter.outputError != 0 || reporter.fatal != nil { canceller.stop() }
      }
      return nil
    } catch {
      return error
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
