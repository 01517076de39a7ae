/// How far a run has come, how fast it goes, and how long it will take: a value fed with outcomes and the time.
///
/// ```swift
/// var progress = RunProgress(total: jobs.count, start: .now)
/// for try await outcome in pool.outcomes(of: jobs) {
///   progress.note(outcome, at: .now)
///   print(progress.done, progress.timeLeft(at: .now) ?? .zero)
/// }
/// ```
///
/// The rate is a moving average: over the last ten seconds, or over the last sixteen outcomes where these took
/// longer. So it follows a run whose jobs become harder, and is steady where a job takes minutes.
/// It has no clock of its own. Times given to it mustn't go back; one that does counts as the latest.
public struct RunProgress: Hashable, Sendable {
  /// Outcomes so far, failures among them. Cancelled jobs aren't counted.
  public private(set) var done = 0
  /// How many of them are failures.
  public private(set) var failed = 0
  /// How many there will be; nil while that isn't known.
  public var total: Int?
  /// When the run began.
  public let start: MonotonicInstant

  /// How much was done by when.
  private struct Mark: Hashable, Sendable {
    var time: MonotonicInstant
    var done: Int
  }

  /// The first is where the average begins; so many that it moves smoothly.
  private var marks: [Mark]

  /// Long enough to even out batches, short enough to show a change to someone who watches.
  private static let span = Duration.seconds(10)
  private static let leastOutcomes = 16
  /// A mark is set after a tenth of the span at the earliest.
  private static let markInterval = Duration.seconds(1)

  /// A run that begins.
  ///
  /// - Parameters:
  ///   - total: how many outcomes there will be; nil while that isn't known.
  ///   - start: when it begins.
  public init(total: Int? = nil, start: MonotonicInstant) {
    self.total = total
    self.start = start
    marks = [Mark(time: start, done: 0)]
  }

  /// Takes note of an outcome. One that is cancelled says nothing of the speed, and isn't counted.
  public mutating func note<J: Job>(_ outcome: Outcome<J>, at time: MonotonicInstant) {
    switch outcome.result {
    case .success: note(at: time)
    case .failure(.cancelled): break
    case .failure: note(failed: true, at: time)
    }
  }

  /// Takes note of outcomes that say of themselves whether they failed.
  ///
  /// - Parameters:
  ///   - count: how many, at least 0.
  ///   - failed: whether all of them failed.
  ///   - time: when; not before the last time.
  public mutating func note(_ count: Int = 1, failed: Bool = false, at time: MonotonicInstant) {
    precondition(count >= 0, "what is done stays done")
    done += count
    if failed { self.failed += count }
    guard let last = marks.last, last.time.advanced(by: Self.markInterval) <= time else { return }
    marks.append(Mark(time: time, done: done))
    // A second mark that is old enough makes the first one needless.
    while marks.count > 1, marks[1].time.advanced(by: Self.span) <= time,
      done - marks[1].done >= Self.leastOutcomes
    {
      marks.removeFirst()
    }
  }

  /// Outcomes a second, lately; 0 before the first.
  public func rate(at time: MonotonicInstant) -> Double {
    guard let first = marks.first, let last = marks.last else { return 0 }
    return Self.rate(done - first.done, in: first.time.duration(to: max(time, last.time)))
  }

  /// Outcomes a second since the start; 0 before the first.
  public func meanRate(at time: MonotonicInstant) -> Double {
    Self.rate(done, in: elapsed(at: time))
  }

  /// What is left will take so long at the present rate; nil without a total or a rate.
  public func timeLeft(at time: MonotonicInstant) -> Duration? {
    let rate = rate(at: time)
    guard let total, rate > 0 else { return nil }
    return .seconds(Double(max(0, total - done)) / rate)
  }

  /// How long the run has been going on.
  public func elapsed(at time: MonotonicInstant) -> Duration {
    max(.zero, start.duration(to: time))
  }

  private static func rate(_ count: Int, in time: Duration) -> Double {
    time > .zero ? Double(count) / (time / .seconds(1)) : 0
  }
}
