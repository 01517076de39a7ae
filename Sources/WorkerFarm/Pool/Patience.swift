/// How often a caller looks for the answer to a lone job before he goes to sleep.
///
/// Falling asleep and being woken by another processor costs more than many a job. So who waits looks a few times first,
/// as adaptive locks do; after it was in vain, he doesn't for a while, and for twice as long each time: jobs that take
/// long cost next to nothing.
struct Patience {
  /// About as long as falling asleep and waking take: a look that finds nothing costs a third of a microsecond.
  private static let mostLooks = 64
  private static let mostCallsWithout = 64

  /// With a single processor the worker couldn't answer meanwhile.
  private let mayLookOn: Bool
  private var callsWithout = 0
  private var nextCallsWithout = 1

  init(processors: Int) { mayLookOn = processors > 1 }

  /// To be asked once for each call, at least 1.
  mutating func takeLooks() -> Int {
    guard mayLookOn else { return 1 }
    if callsWithout > 0 {
      callsWithout -= 1
      return 1
    }
    return Self.mostLooks
  }

  /// An answer was there at one of the looks.
  mutating func wasRewarded() { nextCallsWithout = 1 }

  /// All looks were in vain.
  mutating func wasInVain(looks: Int) {
    guard looks > 1 else { return }
    callsWithout = nextCallsWithout
    nextCallsWithout = min(2 * nextCallsWithout, Self.mostCallsWithout)
  }
}
