@testable import WorkerFarm

extension EngineSimulation {
  /// What the engine's system is made of: the time and the workers. And what everybody knows of each job.
  final class World {
    struct Fact {
      var submittedAt: Nanoseconds
      /// How often a worker ended while the engine took the job to be there.
      var endings = 0
      /// It certainly ran when its worker died by itself: from then on it's begun alone, and not before this time.
      var suspectSince: Nanoseconds?
      /// A worker that kept to the rules has written its reply, wholly.
      var isAnswered = false
    }

    let configuration: PoolConfiguration
    var random: SeededGenerator
    var now: Nanoseconds = 1_000_000_000
    /// When the engine last took a turn in which it may start workers.
    var latestStart: Nanoseconds = 1_000_000_000
    /// When the engine last looked at all that was there.
    var latestLook: Nanoseconds = 0
    var processes: [VirtualProcess] = []
    /// Of each job, by its number.
    var facts: [Fact] = []
    var refusals = 0
    /// Nothing goes wrong any more.
    var isKind = false
    weak var engine: Engine?
    /// Somebody left his call or closed the pool, for which workers may be killed that are well.
    var wasLeft = false
    /// That, or the pool gave up.
    var mayKillAnybody: Bool { wasLeft || engine?.error != nil }
    /// The first rule that was broken where nothing can be thrown.
    var breach: Breach?
    /// What happened, if somebody wants to read it.
    private(set) var lines: [String] = []
    private let isTraced: Bool

    init(seed: UInt64, isTraced: Bool) {
      random = SeededGenerator(seed: seed)
      configuration = .random(using: &random)
      self.isTraced = isTraced
    }

    func note(_ line: @autoclosure () -> String) {
      if isTraced { lines.append("\(now / 1000): \(line())") }
    }

    func pick(_ range: ClosedRange<Int>) -> Int { random.pick(range) }
    func chance(_ outOfAThousand: Int) -> Bool { random.chance(outOfAThousand) }

    func start(_ page: ProgressPage, _ ends: WorkerEnds) throws(SystemError) -> any WorkerBody {
      if !isKind && chance(10) {
        refusals += 1
        note("a process is refused")
        throw SystemError(call: "posix_spawn", code: 11)
      }
      let process = try VirtualProcess(
        pid: Int32(processes.count + 1), world: self, page: page, ends: ends)
      processes.append(process)
      note("worker \(process.pid) is started, \(process.greeting)")
      return process
    }

    func claim(_ isTrue: Bool, _ description: @autoclosure () -> String) {
      if !isTrue && breach == nil { breach = Breach(description: description()) }
    }

    var deaths: Int { processes.count { !$0.isAlive } }
  }
}

extension SeededGenerator {
  mutating func pick(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(truncatingIfNeeded: (next() >> 33) % UInt64(range.count))
  }

  mutating func chance(_ outOfAThousand: Int) -> Bool { pick(0...999) < outOfAThousand }
}

extension PoolConfiguration {
  fileprivate static func random(using random: inout SeededGenerator) -> PoolConfiguration {
    var configuration = PoolConfiguration(workers: random.pick(1...4))
    let backoff = random.chance(300) ? random.pick(1...80) : 0
    configuration.retry = RetryPolicy(
      attempts: random.pick(1...3), backoff: .constant(.milliseconds(backoff)),
      isRetried: RetryPolicy.afterCrashes.isRetried)
    configuration.timeout = random.chance(500) ? .milliseconds(random.pick(5...200)) : nil
    configuration.startTimeout = .seconds(1)
    configuration.restartBudget = random.chance(200) ? random.pick(0...3) : 500
    configuration.window = random.chance(700) ? random.pick(1...64) : nil
    configuration.windowBytes = random.pick(500...300_000)
    configuration.sharesFrames = random.chance(800)
    configuration.recycling = Recycling(
      afterJobs: random.chance(200) ? random.pick(1...9) : nil,
      aboveResidentBytes: random.chance(100) ? 2000 : nil)
    configuration.workerMemoryLimit = random.chance(200) ? 4000 : nil
    return configuration
  }
}
