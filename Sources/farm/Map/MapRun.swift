import Glibc
import Thumbnails
import WorkerFarm

/// `farm map` after its arguments are understood: read, run, print.
struct MapRun {
  enum Work {
    case worker
    case program(ProgramTemplate, BytePath?, isPiped: Bool)
  }

  let work: Work
  let format: RecordFormat
  let isOrdered: Bool
  let options: MapRunOptions
  let pool: PoolConfiguration
  let reporter: MapReporter

  func execute() throws {
    let skipping = Skipping()
    let log = try openLog(skipping)
    if options.dryRun {
      return try DryRun(work: work, source: source, skipping: skipping).execute()
    }
    let interrupts = Interrupts(status: reporter.status, inputs: "records")
    let flow = RecordFlow(
      .init(
        workers: pool.workers, isOrdered: isOrdered,
        attempts: (options.retries?.value ?? 0) + 1, halt: options.halt))
    interrupts.cancel(with: flow)
    let problem = run(flow, skipping, log)
    log?.close()
    let (skipped, changed) = skipping.counts
    reporter.finish(
      skipped: skipped, changed: changed, problem: problem ?? flow.problem ?? log?.problem)
    try RunEnd(
      signal: interrupts.received, outputError: reporter.outputError,
      hasProblem: (problem ?? flow.problem ?? log?.problem ?? reporter.outputProblem) != nil,
      hasFailures: reporter.failed > 0
    ).conclude()
  }

  private var source: RecordSource {
    RecordSource(format: format, largest: pool.frameLimit)
  }

  private func openLog(_ skipping: Skipping) throws(UsageError) -> JobLog? {
    guard let path = options.joblog else { return nil }
    if options.dryRun && path.withCString({ access($0, F_OK) }) != 0 { return nil }
    let (log, earlier) = try JobLog.open(path, mode: options.logMode)
    skipping.earlier = earlier
    return log
  }

  /// - Returns: why the pool can't be made, if it can't.
  private func run(_ flow: RecordFlow, _ skipping: Skipping, _ log: JobLog?) -> String? {
    do throws(PoolError) {
      let pool = try WorkerPool(pool)
      defer { pool.shutdownBlocking(.cancel) }
      switch work {
      case .worker:
        run(flow, skipping, log, Lanes(flow: flow, pool: pool) { WorkerRecord($0) })
      case .program(let template, let path, let isPiped):
        // A line that a program reads has its end; what lies between zero bytes has none.
        let end = format == .nullSeparated ? [] : [format.separator]
        let lanes = Lanes(flow: flow, pool: pool) { ticket in
          ProgramJob(ticket, template: template, program: path, input: (isPiped, end))
        }
        run(flow, skipping, log, lanes)
      }
      return nil
    } catch {
      return "\(error)"
    }
  }

  private func run<J>(
    _ flow: RecordFlow, _ skipping: Skipping, _ log: JobLog?, _ lanes: Lanes<J>
  ) {
    let ticker = Ticker()
    defer { ticker.stop() }
    let status = reporter.status
    if status.showsBar { ticker.start { status.draw() } }
    let source = source
    let hasReader = startThread {
      Self.read(source, into: flow, skipping) { lanes.beginIfNeeded() }
    }
    if !hasReader { flow.endInput(problem: "no thread can be started") }
    while let finished = flow.takeReady() {
      reporter.report(finished)
      if reporter.outputError == 0 { log?.append(finished) }
      if reporter.outputError != 0 || log?.problem != nil { flow.abort() }
      flow.printed(finished)
      lanes.beginIfNeeded()
    }
  }

  private static func read(
    _ source: RecordSource, into flow: RecordFlow, _ skipping: Skipping, then begin: () -> Void
  ) {
    var source = source
    do throws(UnreadableInput) {
      while let records = try source.next() {
        guard flow.add(skipping.rest(of: records)) else { return }
        begin()
      }
      flow.endInput()
    } catch {
      flow.endInput(problem: "\(error)")
    }
  }
}
