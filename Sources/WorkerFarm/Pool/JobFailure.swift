/// Why one job has no output. The other jobs of the run aren't touched by it.
public enum JobFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The job threw an error: its type's name and its description, as the worker saw them.
  case thrown(type: String, description: String)

  /// The workers that ran the job ended, as often as ``PoolConfiguration/retry`` allows.
  /// `lastWords` is the end of what the last one wrote to its standard error.
  case crashed(Termination, lastWords: String)

  /// A worker broke the wire format while it ran the job, as often as attempts are allowed.
  case protocolViolation(WireError)

  /// The job ran longer than the time allowed for it; its worker was killed.
  case timedOut(after: Duration)

  /// The input couldn't be turned into bytes, or is larger than a frame may be.
  case unencodableInput(String)

  /// The worker couldn't make sense of the input's bytes.
  case undecodableInput(String)

  /// The output couldn't be turned into bytes by the worker, or is larger than a frame may be.
  case unencodableOutput(String)

  /// The coordinator couldn't make sense of the output's bytes.
  case undecodableOutput(String)

  /// The worker serves no job type of that name.
  case unknownJobType(String)

  /// The job needs more memory, in bytes, than all workers of the pool together may use.
  case memoryLimit(needed: Int, allowed: Int)

  /// The pool's quarantine refused the job, for this reason: it has killed workers before.
  case quarantined(String)

  /// The run was cancelled before the job was begun, or while it ran.
  case cancelled

  public var description: String {
    switch self {
    case .thrown(_, let description): description
    case .crashed(let termination, let lastWords):
      "worker \(termination)" + (lastWords.isEmpty ? "" : ": \(lastWords)")
    case .protocolViolation(let error): "worker sent \(error)"
    case .timedOut(let limit): "timed out after \(Self.seconds(limit)) s"
    case .unencodableInput(let reason): "input can't be encoded: \(reason)"
    case .undecodableInput(let reason): "worker can't decode the input: \(reason)"
    case .unencodableOutput(let reason): "output can't be encoded: \(reason)"
    case .undecodableOutput(let reason): "output can't be decoded: \(reason)"
    case .unknownJobType(let name): "worker doesn't serve jobs of type \(name)"
    case .memoryLimit(let needed, let allowed):
      "needs \(needed) bytes of memory, more than the \(allowed) allowed"
    case .quarantined(let reason): "quarantined: \(reason)"
    case .cancelled: "cancelled"
    }
  }

  /// A stable word for reports, for example `crashed`.
  public var kind: String {
    switch self {
    case .thrown: "thrown"
    case .crashed: "crashed"
    case .protocolViolation: "protocolViolation"
    case .timedOut: "timedOut"
    case .unencodableInput: "unencodableInput"
    case .undecodableInput: "undecodableInput"
    case .unencodableOutput: "unencodableOutput"
    case .undecodableOutput: "undecodableOutput"
    case .unknownJobType: "unknownJobType"
    case .memoryLimit: "memoryLimit"
    case .quarantined: "quarantined"
    case .cancelled: "cancelled"
    }
  }

  /// Bytes of the texts that it carries: what it counts in a window.
  var textSize: Int {
    switch self {
    case .thrown(let type, let description): type.utf8.count + description.utf8.count
    case .crashed(_, let lastWords): lastWords.utf8.count
    case .unencodableInput(let text), .undecodableInput(let text), .unencodableOutput(let text),
      .undecodableOutput(let text), .unknownJobType(let text), .quarantined(let text):
      text.utf8.count
    case .protocolViolation, .timedOut, .memoryLimit, .cancelled: 0
    }
  }

  /// Seconds with as many decimals as it takes, three at most: `60`, `0.25`.
  private static func seconds(_ duration: Duration) -> String {
    let milliseconds = duration.clampedNanoseconds / 1_000_000
    let whole = milliseconds / 1000
    let rest = milliseconds % 1000
    if rest == 0 { return "\(whole)" }
    var decimals = String(rest + 1000).dropFirst()
    while decimals.last == "0" { decimals.removeLast() }
    return "\(whole).\(decimals)"
  }

  init(_ message: FailureMessage) {
    self =
      switch message.reason {
      case .thrown: .thrown(type: message.type, description: message.description)
      case .undecodableInput: .undecodableInput(message.description)
      case .unencodableOutput: .unencodableOutput(message.description)
      case .unknownJobType: .unknownJobType(message.description)
      case .needsMemory: .memoryLimit(needed: Int(message.description) ?? .max, allowed: 0)
      }
  }
}
