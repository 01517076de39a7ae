import Glibc
import Thumbnails
import WorkerFarm

/// What a replay tells.
struct ReplayAccount {
  let outcome: PictureOutcome
  let arguments: [String]
  /// Whether the thumbnails are still there.
  let isKept: Bool
  let watch: WorkerWatch
  let policy: SandboxPolicy
  let sandbox: SandboxReport?
  let use: ResourceUse

  var isMade: Bool { if case .success(.made) = outcome.result { true } else { false } }

  var text: String {
    var lines = [("picture", "\(outcome.source)")]
    lines.append(("options", arguments.isEmpty ? "the defaults" : arguments.joined(separator: " ")))
    lines.append(("sandbox", sandboxText))
    lines.append(("limits", limitsText))
    if let pid = watch.pid { lines.append(("worker", "process \(pid)")) }
    lines += resultTexts.map { ("result", $0) }
    lines.append(("time", timeText))
    let peak = ByteCount.text(use.peakBytes)
    lines.append(("memory", "\(peak) at most, the program itself included"))
    lines += stderrTexts.map { ("stderr", $0) }
    return lines.map { "\($0)\(String(repeating: " ", count: 9 - $0.count))\($1)\n" }.joined()
  }

  private var sandboxText: String {
    guard policy.enforcement != .off else { return "off" }
    guard let sandbox else { return "\(policy.enforcement.rawValue): no worker told of it" }
    let inForce = sandbox.inForce.sorted().map(\.name).joined(separator: ", ")
    return
      (["\(policy.enforcement.rawValue): \(inForce.isEmpty ? "nothing" : inForce)"]
      + sandbox.problems.map { Console.escaped($0) }).joined(separator: "; ")
  }

  private var limitsText: String {
    if watch.limits.isEmpty { return "unknown" }
    // The filter lets nothing be started, whatever the limit says.
    let isFiltered = sandbox?.inForce.contains(.systemCalls) == true
    return watch.limits.map { limit in
      limit.name == "processes" && isFiltered
        ? "processes 0 by the filter" : "\(limit.name) \(limit.value)"
    }.joined(separator: ", ")
  }

  private var resultTexts: [String] {
    switch outcome.result {
    case .success(.made(let made)): Self.texts(made, isKept: isKept)
    case .success(.failed(let failure)):
      ["failed: \(Console.escaped(failure.message)) (\(failure.kind))"]
    case .success: ["failed: the worker did nothing"]
    case .failure(.crashed(let termination, _)): ["crashed: the worker \(Self.text(termination))"]
    case .failure(.protocolViolation(let error)):
      ["crashed: the worker sent \(error), and was killed"]
    case .failure(.unencodableInput(let reason)): ["failed: \(Console.escaped(reason))"]
    case .failure(.memoryLimit(let needed, let allowed)):
      ["failed: \(Reporter.memoryLimit(needed: needed, allowed: allowed))"]
    case .failure(let failure): ["failed: \(Console.escaped(failure.description))"]
    }
  }

  private static func texts(_ made: ThumbnailJob.Made, isKept: Bool) -> [String] {
    let doubts = made.warnings > 0 ? ", \(made.warnings) warnings" : ""
    let of = "of \(made.sourceWidth)x\(made.sourceHeight)\(doubts)"
    return made.files.map { file in
      let size = file.size.map { "\($0.width)x\($0.height)" } ?? "?"
      let path = isKept ? file.path.map { ": \($0)" } ?? "" : ", thrown away (--output keeps it)"
      return "made: \(size) \(of), \(file.byteCount ?? 0) bytes\(path)"
    }
  }

  private static func text(_ termination: Termination) -> String {
    if case .signalled(let number) = termination { return "was \(termination) (signal \(number))" }
    return "\(termination) before it answered"
  }

  private var timeText: String {
    "\(outcome.runTime.milliseconds) ms; processor \(use.processorTime.milliseconds) ms, with the start"
  }

  private var stderrTexts: [String] {
    let (lines, dropped) = watch.words
    let before = dropped > 0 ? ["… \(dropped) lines before these"] : []
    return lines.isEmpty ? ["nothing"] : before + lines
  }
}

/// What processes have taken.
struct ResourceUse {
  var peakBytes: Int
  var processorTime: Duration

  /// Of the largest child that is gone, and of all of them.
  static var ofChildren: ResourceUse {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
    let times = [usage.ru_utime, usage.ru_stime]
    return ResourceUse(
      peakBytes: Int(usage.ru_maxrss) << 10,
      processorTime: times.reduce(.zero) {
        $0 + .seconds($1.tv_sec) + .microseconds(Int64($1.tv_usec))
      })
  }
}
