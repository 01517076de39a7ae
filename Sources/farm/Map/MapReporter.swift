import Glibc
import Thumbnails
import WorkerFarm

/// Prints results on standard output; failures and the last line on standard error.
final class MapReporter {
  let format: RecordFormat
  /// Whether outputs are what programs wrote, which has its own ends of lines.
  let runsPrograms: Bool
  private let quiet: Bool
  let status: StatusLine

  private(set) var done = 0
  private(set) var failed = 0
  private var cancelled = 0
  /// Why standard output takes no more, as an `errno` value; 0 while it does.
  private(set) var outputError: Int32 = 0
  /// Results that aren't written yet.
  private var pending: [UInt8] = []

  /// Written at once when there's more: results may be large.
  private static let most = 256 << 10

  init(format: RecordFormat, runsPrograms: Bool, reporting: ReportingOptions) {
    self.format = format
    self.runsPrograms = runsPrograms
    quiet = reporting.quiet
    // On a terminal where the results come out as well, a bar would be in their way.
    let isAlone = reporting.progress == .always || isatty(STDOUT_FILENO) != 1
    status = StatusLine(showsBar: isAlone && reporting.progress.showsBar(quiet: quiet))
  }

  /// Prints results and returns when standard output has taken them.
  func report(_ finished: [RecordFlow.Finished]) {
    let (doneBefore, failedBefore) = (done, failed)
    for item in finished {
      report(item)
      if pending.count > Self.most { flush() }
    }
    flush()
    status.update { progress in
      progress.note(done - doneBefore, at: .now)
      progress.note(failed - failedBefore, failed: true, at: .now)
    }
  }

  private func report(_ item: RecordFlow.Finished) {
    if format == .json {
      MapRecord.append(item, isText: runsPrograms, to: &pending)
    } else {
      appendOutput(item.result)
    }
    switch item.result.end {
    case .done: done += 1
    case .cancelled: cancelled += 1
    case .failed(let failure):
      failed += 1
      status.print("\(item.record.name): \(Console.escaped(failure.message))")
    }
  }

  private func appendOutput(_ result: RecordResult) {
    pending += result.output
    if case .done = result.end, !runsPrograms { pending.append(format.separator) }
    guard !result.errors.isEmpty else { return }
    // In the order in which a person would see them if each program had run alone.
    flush()
    status.write(result.errors)
  }

  private func flush() {
    if outputError == 0 && !pending.isEmpty {
      outputError = pending.withUnsafeBytes { Console.errorWriting($0, to: STDOUT_FILENO) }
    }
    pending.removeAll(keepingCapacity: pending.capacity <= 4 * Self.most)
  }

  /// Why standard output takes no more; a reader who has had enough is no problem.
  var outputProblem: String? {
    outputError == 0 || outputError == EPIPE ? nil : Reporter.cannotWrite(outputError)
  }

  /// The last lines of the run.
  func finish(skipped: Int, changed: Int, problem: String?) {
    let elapsed = status.progress.elapsed(at: .now)
    if format == .json {
      pending += MapSummary.line(
        done: done, failed: failed, skipped: skipped, cancelled: cancelled, elapsed: elapsed)
      flush()
    }
    status.finish()
    if let problem = problem ?? outputProblem { status.print("farm: \(Console.escaped(problem))") }
    if quiet || outputError == EPIPE { return }
    var parts = ["\(done) done", "\(failed) failed", "\(skipped) skipped"]
    if changed > 0 { parts.append("\(changed) done again because they differ from the job log") }
    if cancelled > 0 { parts.append("\(cancelled) not begun or not finished") }
    let pace = ProgressBar.pace(of: done + failed, in: elapsed)
    status.print("\(parts.joined(separator: ", ")) \(pace)")
  }
}
