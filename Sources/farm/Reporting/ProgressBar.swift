import WorkerFarm

/// The picture of a run's progress: one line for a terminal of a given width.
///
/// ```
/// [=========>                    ]  1234/6000  205/s  0:23 left  3 failed
/// ```
struct ProgressBar {
  let progress: RunProgress
  let time: MonotonicInstant

  /// Columns left free behind it: a terminal that writes `^C` there mustn't begin a new line.
  private static let margin = 3
  /// Wider bars say no more.
  private static let widest = 40

  func line(width: Int) -> String {
    let facts = self.facts
    let shortened = String(facts.prefix(max(0, width - Self.margin)))
    guard let total = progress.total, total > 0 else { return shortened }
    let room = min(Self.widest, width - Self.margin - facts.count - "[] ".count)
    guard room >= 5 else { return shortened }
    let filled = min(room, room * progress.done / total)
    let arrow = filled < room ? ">" : ""
    let bar = String(repeating: "=", count: filled) + arrow
    return "[" + bar + String(repeating: " ", count: room - bar.count) + "] " + facts
  }

  private var facts: String {
    var parts = [
      progress.total.map { "\(progress.done)/\($0)" } ?? "\(progress.done) done",
      "\(Self.rate(progress.rate(at: time)))/s",
    ]
    if let left = progress.timeLeft(at: time) { parts.append("\(Self.clock(left)) left") }
    if progress.failed > 0 { parts.append("\(progress.failed) failed") }
    return parts.joined(separator: "  ")
  }

  static func rate(_ value: Double) -> String {
    value < 10 ? "\((value * 10).rounded() / 10)" : "\(Int(value.rounded()))"
  }

  /// The end of a run's last line: `in 1.4 s (23/s)`.
  static func pace(of count: Int, in elapsed: Duration) -> String {
    let seconds = elapsed.milliseconds / 1000
    let time = seconds < 60 ? "\((seconds * 10).rounded() / 10) s" : clock(elapsed)
    return "in \(time) (\(rate(Double(count) / max(seconds, 0.001)))/s)"
  }

  /// `m:ss`, or `h:mm:ss`.
  static func clock(_ duration: Duration) -> String {
    let whole = Int(min(duration / .seconds(1), 359_999).rounded(.up))
    let pad = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    return hours > 0 ? "\(hours):\(pad(minutes)):\(pad(rest))" : "\(minutes):\(pad(rest))"
  }
}
