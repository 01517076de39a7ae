import Glibc
import TestJobs
import Testing

@testable import WorkerFarm

/// What must become of a job that misbehaves in its way.
struct Misconduct: Sendable, CustomTestStringConvertible {
  enum Fate: Sendable {
    case success
    case failure(JobFailure)
    /// Dies by one of these signals; its last words contain the text.
    case signals(Set<Int32>, String)
  }

  var way: Misbehave.Way
  var fate: Fate

  var testDescription: String { way.rawValue }
  static let timeout = Duration.seconds(2)

  static let all = Misbehave.Way.allCases.map { Misconduct(way: $0, fate: fate(of: $0)) }

  /// Those of a row of the article "Faults".
  static func row(_ row: String) -> [Misconduct] {
    all.filter { Self.row(of: $0.way) == row }
  }

  private static func row(of way: Misbehave.Way) -> String? {
    switch way {
    case .kill: "W1"
    case .segfault, .trap, .abort: "W2"
    case .exit0, .exit7: "W3"
    case .halfFrame: "W4"
    case .loop: "W5"
    case .stop: "W6"
    case .garbage, .closeOutput: "W7"
    case .hugeLength: "W8"
    case .halfFrameAndSilence: "W9"
    case .duplicate, .unknownID: "W10"
    case .floodStandardError, .printToStandardOutput, .readStandardInput: "W12"
    case .grandchild: "W14"
    case .behave: nil
    }
  }

  private static func fate(of way: Misbehave.Way) -> Fate {
    switch way {
    case .behave, .floodStandardError, .printToStandardOutput, .readStandardInput: .success
    case .segfault: .signals([SIGSEGV], "about to touch what isn't there")
    // An illegal instruction, or a breakpoint on some processors.
    case .trap: .signals([SIGILL, SIGTRAP], "trapped on purpose")
    case .abort: .signals([SIGABRT], "")
    case .kill, .halfFrame, .grandchild, .closeOutput: .signals([SIGKILL], "")
    case .exit0: .failure(.crashed(.exited(status: 0), lastWords: ""))
    case .exit7: .failure(.crashed(.exited(status: 7), lastWords: ""))
    case .stop, .loop, .halfFrameAndSilence: .failure(.timedOut(after: timeout))
    case .garbage: breach(.frameTooLarge(length: 0xA5A5_A5A5 - 12, limit: 64 << 20))
    case .hugeLength: breach(.frameTooLarge(length: 0xFFFF_FFFF - 12, limit: 64 << 20))
    case .duplicate: breach(.unexpectedJob(1 << 32))
    case .unknownID: breach(.unexpectedJob(0xDEAD_BEEF))
    }
  }

  private static func breach(_ error: WireError) -> Fate { .failure(.protocolViolation(error)) }

  var isRetried: Bool {
    switch fate {
    case .success, .failure(.timedOut): false
    case .failure, .signals: true
    }
  }

  func matches(_ result: Result<Int, JobFailure>, id: Int) -> Bool {
    switch (fate, result) {
    case (.success, .success(let output)): output == id
    case (.failure(let expected), .failure(let failure)): expected == failure
    case (.signals(let numbers, let words), .failure(.crashed(.signalled(let number), let last))):
      numbers.contains(number) && (words.isEmpty || last.contains(words))
    default: false
    }
  }
}

/// Rows W1 to W14 of the article "Faults": what a job may do to its worker.
@Suite(.hangGuard) struct MisbehaviourTests {
  /// The one that misbehaves; what lies around it is known by then to be answered or in flight.
  static let culprit = 12

  @Test(arguments: Misconduct.row("W1"))
  func `W1 a killed worker costs the job that it ran, and nobody else`(
    misconduct: Misconduct
  ) async throws { try await check(misconduct) }

  @Test(arguments: Misconduct.row("W2"))
  func `W2 a crash costs the job that caused it, and is named with its last words`(
    misconduct: Misconduct
  ) async throws { try await check(misconduct) }

  @Test(arguments: Misconduct.row("W3"))
  func `W3 an end before the reply is a crash, whatever its status`(
    misconduct: Misconduct
  ) async throws { try await check(misconduct) }

  @Test(arguments: Misconduct.row("W4")) func `W4 half a reply of a worker that dies is no reply`(
    misconduct: Misconduct
  ) async throws { try await check(misconduct) }

  @Test(arguments: Misconduct.row("W5")) func `W5 a job that never ends runs into its deadline`(
    misconduct: Misconduct
  ) async throws { try await check(misconduct) }

  @Test(arguments: Misconduct.row("W6"))
  func `W6 a worker that is stopped runs into its job's deadline`(
    misconduct: Misconduct
  ) async throws { try await check(misconduct) }

  @Test(arguments: Misconduct.row("W7")) func `W7 garbage in place of a reply ends its worker`(
    misconduct: Misconduct
  ) async throws { try await check(misconduct) }

  @Test(arguments: Misconduct.row("W8"))
  func `W8 a length of 4 GiB is refused, and ends its worker`(
    misconduct: Misconduct
  ) async throws { try await check(misconduct) }

  @Test(arguments: Misconduct.row("W9"))
  func `W9 half a reply and then silence runs into the deadline`(
    misconduct: Misconduct
  ) async throws { try await check(misconduct) }

  @Test(arguments: Misconduct.row("W10"))
  func `W10 a reply for another job is never delivered, and ends its worker`(
    misconduct: Misconduct
  ) async throws { try await check(misconduct) }

  @Test(arguments: Misconduct.row("W12"))
  func `W12 what a job does with the standard streams disturbs nobody`(
    misconduct: Misconduct
  ) async throws { try await check(misconduct) }

  @Test(arguments: Misconduct.row("W14"))
  func `W14 a worker's child that holds the pipe hides no death`(
    misconduct: Misconduct
  ) async throws { try await check(misconduct) }

  /// The job fails or succeeds as it should, tried as often as it should, and once more if it gets a chance.
  private func check(_ misconduct: Misconduct) async throws {
    let outcomes = try await run(misconduct, onceFile: nil)
    #expect(misconduct.matches(outcomes[Self.culprit].result, id: Self.culprit))
    #expect(outcomes[Self.culprit].attempts == (misconduct.isRetried ? 2 : 1))
    #expect(outcomes[Self.culprit].input.way == misconduct.way)
    if misconduct.isRetried { try await checkSecondChance(misconduct) }
  }

  private func checkSecondChance(_ misconduct: Misconduct) async throws {
    let directory = makeTemporaryDirectory()
    defer { removeDirectory(directory) }
    let outcomes = try await run(misconduct, onceFile: directory + "/once")
    #expect(try outcomes[Self.culprit].get() == Self.culprit)
    #expect(outcomes[Self.culprit].attempts == 2)
  }

  /// Runs it among others, who must come out in order and as if nothing had happened.
  private func run(
    _ misconduct: Misconduct, onceFile: String?
  ) async throws -> [Outcome<Misbehave>] {
    let tag = makeTag()
    let descriptors = openDescriptorCount()
    var configuration = testConfiguration(tag: tag)
    if case .failure(.timedOut) = misconduct.fate { configuration.timeout = Misconduct.timeout }
    let outcomes = try await withWorkerPool(configuration) { pool in
      let jobs = (0..<40).map { id in
        id == Self.culprit
          ? Misbehave(id: id, way: misconduct.way, onceFile: onceFile)
          : Misbehave(id: id, way: .behave)
      }
      var outcomes: [Outcome<Misbehave>] = []
      for try await outcome in pool.outcomes(of: jobs) { outcomes.append(outcome) }
      #expect(outcomes.map(\.index) == Array(0..<40))
      #expect(outcomes.map(\.input.id) == Array(0..<40))
      for outcome in outcomes where outcome.index != Self.culprit {
        #expect(try outcome.get() == outcome.index && outcome.attempts == 1)
      }
      return outcomes
    }
    // Neither a process nor a descriptor is left.
    #expect(processes(tagged: tag) == [])
    #expect(try await descriptorsAreDown(to: descriptors))
    return outcomes
  }

  @Test func `W14 what a worker started dies with it`() async throws {
    // So many seconds would it sleep, which is also how it's found.
    let seconds = Int.random(in: 100_000_000...999_999_999)
    try await withWorkerPool(testConfiguration(workers: 1)) { pool in
      var outcomes: [Outcome<Misbehave>] = []
      for try await outcome in pool.outcomes(of: [Misbehave(id: seconds, way: .grandchild)]) {
        outcomes.append(outcome)
      }
      #expect(outcomes.count == 1)
    }
    try await waitUntil { processes(tagged: "\(seconds)").isEmpty }
  }

  @Test func `W11 a worker that doesn't read holds up nobody`() async throws {
    let pool = try WorkerPool(testConfiguration())
    let stopped = Task { try await pool.map([Misbehave(id: 0, way: .stop)]) }
    // Unordered, because one of them may lie behind the job that doesn't end.
    let jobs = repeatElement(Swell(inputSize: 600_000, outputSize: 600_000), count: 30)
    var count = 0
    for try await outcome in pool.outcomes(of: jobs, ordered: false) {
      #expect(try outcome.get() == 600_000)
      count += 1
      if count == 25 { break }
    }
    #expect(count == 25)
    stopped.cancel()
    await pool.shutdown(.cancel)
  }

  /// SIGPIPE would end this process; what the pool finds out is that the worker has to be replaced.
  @Test func `C4 a worker that dies while it's written to is a worker that dies`() async throws {
    try await withWorkerPool(testConfiguration()) { pool in
      let killers = Task {
        var failed = 0
        for try await outcome in pool.outcomes(of: (0..<6).map { Misbehave(id: $0, way: .exit7) }) {
          if case .failure(.crashed) = outcome.result { failed += 1 }
        }
        return failed
      }
      // Each is larger than a pipe, so a worker that has one is nearly always being written to.
      let jobs = repeatElement(Swell(inputSize: 600_000, outputSize: 8), count: 60)
      var index = 0
      for try await outcome in pool.outcomes(of: jobs) {
        #expect(try outcome.get() == 8 && outcome.index == index)
        index += 1
      }
      #expect(index == 60)
      #expect(try await killers.value == 6)
    }
  }

  @Test func `W1 jobs that all kill their workers all fail by name, and the pool goes on`()
    async throws
  {
    try await withWorkerPool(testConfiguration()) { pool in
      let killers = (0..<15).map { Misbehave(id: $0, way: .exit7) }
      for try await outcome in pool.outcomes(of: killers) {
        #expect(throws: JobFailure.crashed(.exited(status: 7), lastWords: "")) {
          try outcome.get()
        }
      }
      #expect(try await pool.map([Square(n: 9)]) == [81])
    }
  }

  @Test(arguments: 1...4) func `W1 a job is begun as often as is allowed`(attempts: Int)
    async throws
  {
    var configuration = testConfiguration()
    configuration.retry = .afterCrashes(attempts: attempts)
    try await withWorkerPool(configuration) { pool in
      for try await outcome in pool.outcomes(of: [Misbehave(id: 0, way: .exit7)]) {
        #expect(outcome.attempts == attempts)
      }
    }
  }

  @Test func `the first failure ends a map, and names its job`() async throws {
    let jobs = (0..<1000).map { Misbehave(id: $0, way: $0 == 20 ? .exit7 : .behave) }
    try await withWorkerPool(testConfiguration()) { pool in
      let error = await #expect(throws: FailedJob<Misbehave>.self) { try await pool.map(jobs) }
      #expect(error?.index == 20 && error?.input.id == 20)
      #expect(error?.failure == .crashed(.exited(status: 7), lastWords: ""))
    }
  }
}
