import Glibc

/// Workers' memory: limits that the kernel enforces, and those that only looking enforces.
extension Engine {
  /// How often busy workers are looked at while there's a limit on each: a look costs some microseconds, and what a
  /// worker can take meanwhile the kernel limits.
  static let lookInterval: Nanoseconds = 20_000_000

  /// Beside what jobs may use, a program needs memory of its own. The kernel counts what may be written and is the
  /// worker's own, used or not.
  private static let ownMemory = 128 << 20

  /// Lets the kernel refuse a worker more than all jobs together may have, or more than its own limit.
  func enforceMemory(_ body: any WorkerBody) {
    let limits = [scheduler.policy.memory, configuration.workerMemoryLimit].compactMap { $0 }
    guard let least = limits.min() else { return }
    let (limit, overflow) = least.addingReportingOverflow(Self.ownMemory)
    if !overflow { body.limitMemory(to: limit) }
  }

  /// Whether workers have to be looked at from time to time.
  var watchesMemory: Bool {
    configuration.workerMemoryLimit != nil
      && scheduler.workers.contains { $0.phase == .ready && !$0.inFlight.isEmpty }
  }

  /// Ends workers that hold more memory than they may.
  func lookAtMemory(now: Nanoseconds) {
    guard let limit = configuration.workerMemoryLimit, now >= nextLook else { return }
    nextLook = now &+ Self.lookInterval
    for id in links.indices where scheduler.workers[id].phase == .ready {
      guard !scheduler.workers[id].inFlight.isEmpty, let bytes = links[id]?.body.residentBytes,
        bytes > limit
      else { continue }
      scheduler.kill(id, .overMemory(bytes, allowed: limit))
    }
  }

  /// A worker that has nothing to do at the moment goes if it has grown too large.
  func recycleIfLarge(_ id: WorkerID, _ link: WorkerLink) {
    guard let limit = scheduler.policy.recycling.aboveResidentBytes,
      let bytes = link.body.residentBytes, bytes > limit
    else { return }
    scheduler.wearOut(id)
  }

  /// What a death under a limit on memory means: programs that aren't given memory end in many ways.
  func explain(_ termination: Termination, lastWords: String) -> JobFailure {
    if let limit = configuration.workerMemoryLimit, case .signalled = termination,
      Self.complaints.contains(where: { lastWords.contains($0) })
    {
      return .memoryLimit(needed: max(limit, limit &+ 1), allowed: limit)
    }
    return .crashed(termination, lastWords: lastWords)
  }

  /// What Swift's runtime, C++'s and others write when they get no memory.
  private static let complaints = [
    "ould not allocate memory", "ailed to allocate", "bad_alloc", "ut of memory",
    "annot allocate memory",
  ]
}
