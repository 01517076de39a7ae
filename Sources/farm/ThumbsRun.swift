import ArgumentParser
import Glibc
import Synchronization
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
    // First: a signal from now on leaves no empty directory behind.
    let interrupts = Interrupts(status: reporter.status)
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
    try conclude(interrupts)
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

  /// Ends with the status that the run deserves.
  private func conclude(_ interrupts: Interrupts) throws {
    if let signal = interrupts.received { Interrupts.die(by: signal) }
    if reporter.outputError == EPIPE { Interrupts.die(by: SIGPIPE) }
    if reporter.problem != nil { throw ExitCode(3) }
    if reporter.tally.failed > 0 { throw ExitCode(1) }
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

/// Calls a function ten times a second until stopped.
private final class Ticker: Sendable {
  private let isStopped = Atomic(false)

  func start(_ body: @escaping @Sendable () -> Void) {
    startThread { [self] in
      while !isStopped.load(ordering: .relaxed) {
        body()
        usleep(100_000)
      }
    }
  }

  func stop() { isStopped.store(true, ordering: .relaxed) }
}
