import Glibc
import Thumbnails
import WorkerFarm

/// Tells what becomes of the pictures: records on standard output, failures and the last line on standard
/// error.
final class Reporter {
  private let json: Bool
  private let quiet: Bool
  private let arguments: [String]
  let status: StatusLine
  private(set) var tally = Tally()
  /// Why standard output takes no more, as an `errno` value; 0 while it does.
  private(set) var outputError: Int32 = 0
  /// The first failure that dooms all that would follow: a full disk.
  private(set) var fatal: String?
  /// Why the pool couldn't go on.
  var poolError: PoolError?

  /// Why the run couldn't go on. A reader who has had enough is no problem.
  var problem: String? {
    if outputError != 0 && outputError != EPIPE {
      return Self.cannotWrite(outputError)
    }
    return fatal.map { "stopped: \($0)" } ?? poolError.map { "\($0)" }
  }

  static func cannotWrite(_ code: Int32) -> String {
    "can't write to standard output: \(String(cString: strerror(code)))"
  }

  /// - Parameter arguments: what the run was asked for, to be found in its report.
  init(
    json: Bool, quiet: Bool, progress: ProgressMode, isDryRun: Bool, isLenient: Bool,
    arguments: [String]
  ) {
    self.json = json
    self.arguments = arguments
    self.quiet = quiet
    tally.isDryRun = isDryRun
    tally.isLenient = isLenient
    status = StatusLine(showsBar: progress.showsBar(quiet: quiet))
  }

  func report(_ outcome: PictureOutcome) {
    let failed = tally.failed
    let looked = tally.looked
    count(outcome)
    if json { print(PictureRecord(outcome)) }
    switch outcome.result {
    case .success(.due):
      if !json { output("\(outcome.source)\n") }
    case .success(.made(let made)) where tally.isLenient && made.warnings > 0 && !quiet:
      complain(outcome.source, Self.doubt(made.warnings))
    case .success(.failed(let failure)):
      complain(outcome.source, failure.message)
      if failure.kind == "diskFull" { fatal = fatal ?? failure.message }
    case .failure(.cancelled), .success: break
    case .failure(.unencodableInput(let reason)), .failure(.quarantined(let reason)):
      complain(outcome.source, reason)
    case .failure(.memoryLimit(let needed, let allowed)):
      complain(outcome.source, Self.memoryLimit(needed: needed, allowed: allowed))
    case .failure(let failure): complain(outcome.source, failure.description)
    }
    let hasFailed = tally.failed > failed
    let count = tally.looked - looked
    status.update { $0.note(count, failed: hasFailed, at: .now) }
  }

  static func memoryLimit(needed: Int, allowed: Int) -> String {
    let (needed, allowed) = (ByteCount.text(needed), ByteCount.text(allowed))
    return "needs \(needed) of memory, more than the \(allowed) that --memory leaves for pictures"
  }

  private func count(_ outcome: PictureOutcome) {
    switch outcome.result {
    case .success(.made(let made)):
      tally.made += 1
      tally.fromPreviews += made.usedPreview ? 1 : 0
      tally.withWarnings += made.warnings > 0 ? 1 : 0
    case .success(.upToDate): tally.upToDate += 1
    case .success(.due): tally.due += 1
    case .success(.failed): tally.failed += 1
    case .success(.quarantined), .failure(.quarantined): tally.quarantined += 1
    case .failure(.cancelled): tally.cancelled += 1
    case .failure: tally.failed += 1
    }
  }

  /// Something that no picture is to blame for, and that the run goes on with.
  func warn(_ text: String) {
    if !quiet { status.print("farm: \(Console.escaped(text))") }
  }

  private func complain(_ path: BytePath, _ reason: String) {
    status.print("\(path): \(Console.escaped(reason))")
  }

  private static func doubt(_ warnings: Int) -> String {
    "made, with \(warnings) warning\(warnings == 1 ? "" : "s"): parts of it may be missing"
  }

  /// The last lines of the run.
  func finish(skipped: Scanner.Skipped, sandbox: SandboxRecord) {
    tally.skipped = skipped
    let elapsed = status.progress.elapsed(at: .now)
    if json { print(SummaryRecord(tally, sandbox, arguments: arguments, elapsed: elapsed)) }
    status.finish()
    if let problem { status.print("farm: \(Console.escaped(problem))") }
    // Who takes the first lines and goes, as head does, has seen enough.
    if quiet || outputError == EPIPE { return }
    status.print("\(tally.summary) \(ProgressBar.pace(of: tally.looked, in: elapsed))")
  }

  private func print(_ record: some Encodable) {
    guard let line = try? record.jsonLine() else { preconditionFailure("records are plain values") }
    output(line)
  }

  private func output(_ text: String) {
    guard outputError == 0 else { return }
    outputError = Console.errorWriting(text, to: STDOUT_FILENO)
  }
}
