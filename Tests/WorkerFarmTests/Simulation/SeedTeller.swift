import Glibc
import Synchronization

/// Tells the seed of a simulation that a test can't report on: one that traps, or never comes back.
///
/// Of simulations that run at once it knows the one that began last; the scripts run them one by one.
enum SeedTeller {
  enum Subject: UInt8 {
    case scheduler, engine
  }

  private static let seed = Atomic<UInt64>(0)
  private static let subject = Atomic<UInt8>(0)
  /// Seconds of this process's own time, far more than a run takes: a machine that is busy with others doesn't count.
  private static let patience = 60
  /// What traps did before. Written once, before any handler can run.
  nonisolated(unsafe) private static var before = (sigaction(), sigaction())

  /// Installs the handlers once.
  private static let isInstalled: Bool = {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = tell
    sigaction(SIGVTALRM, &action, nil)
    return sigaction(SIGILL, &action, &before.0) + sigaction(SIGTRAP, &action, &before.1) == 0
  }()

  static func during<R>(
    _ seed: UInt64, of subject: Subject, _ body: () throws -> R
  ) rethrows -> R {
    precondition(isInstalled)
    Self.subject.store(subject.rawValue, ordering: .relaxed)
    Self.seed.store(seed, ordering: .relaxed)
    setTimer(patience)
    defer {
      Self.seed.store(0, ordering: .relaxed)
      setTimer(0)
    }
    return try body()
  }

  private static func setTimer(_ seconds: Int) {
    var timer = itimerval()
    // Its second `timeval` begins with the seconds. Not by name: whose the names are, Glibc's module or another, depends
    // on what was imported first.
    withUnsafeMutableBytes(of: &timer) { bytes in
      bytes.storeBytes(of: seconds, toByteOffset: bytes.count / 2, as: Int.self)
    }
    setitimer(__itimer_which_t(ITIMER_VIRTUAL.rawValue), &timer, nil)
  }

  /// Nothing here allocates or locks: it runs wherever the trap was.
  private static let tell: @convention(c) (Int32) -> Void = { number in
    let seed = SeedTeller.seed.load(ordering: .relaxed)
    if seed != 0 {
      let isEngine = SeedTeller.subject.load(ordering: .relaxed) == Subject.engine.rawValue
      say(isEngine ? "\nthe engine's simulation" : "\nthe scheduler's simulation")
      say(number == SIGVTALRM ? " never ends" : " traps")
      say("; FARM_SEED=")
      say(seed)
      say(" replays it\n")
    }
    if number == SIGVTALRM { _exit(1) }
    // The trap comes again when this returns, and does what it did before.
    sigaction(SIGILL, &before.0, nil)
    sigaction(SIGTRAP, &before.1, nil)
  }

  private static func say(_ text: StaticString) {
    _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
  }

  private static func say(_ number: UInt64) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var (rest, start) = (number, digits.count)
      repeat {
        start -= 1
        digits[start] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      } while rest > 0
      _ = write(STDERR_FILENO, digits.baseAddress! + start, digits.count - start)
    }
  }
}
