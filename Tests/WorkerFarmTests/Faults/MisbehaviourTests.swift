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
    case .stop, .loop: .failure(.timedOut(after: timeout))
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

@Suite(.hangGuard) struct MisbehaviourTests {
  /// The one that misbehaves; what lies around it is known by then to be answered or in flight.
  static let culprit = 12

  @Test(arguments: Misconduct.all) func `a job that misbehaves costs itself alone`(
    misconduct: Misconduct
  ) async throws {
    let outcomes = try await run(misconduct, onceFile: nil)
    #expect(misconduct.matches(outcomes[Self.culprit].result, id: Self.culprit))
    #expect(outcomes[Self.culprit].attempts == (misconduct.isRetried ? 2 : 1))
    #expect(outcomes[Self.culprit].input.way == misconduct.way)
  }

  @Test(arguments: Misconduct.all.filter(\.isRetried))
  func
    `a job that misbehaves once is tried again`(misconduct: Misconduct) async throws
  {
    let directory = makeTemporaryDirectory()
    let file = directory + "/once"
    defer {
      unlink(file)
      rmdir(directory)
    }
    let outcomes = try await run(misconduct, onceFile: file)
    #expect(try outcomes[Self.culprit].get() == Self.culprit)
    #expect(outcomes[Self.culprit].attempts == 2)
  }

  /// Runs it among others, who must come out in order and as if nothing had happened.
  private func run(
    _ misconduct: Misconduct, onceFile: String?
  ) async throws -> [Outcome<Misbehave>] {
    var configuration = testConfiguration()
    if case .failure(.timedOut) = misconduct.fate { configuration.timeout = Misconduct.timeout }
    return try await withWorkerPool(configuration) { pool in
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
  }

  @Test func `what a worker started dies with it`() async throws {
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

  @Test func `a worker that doesn't read holds up nobody`() async throws {
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

  @Test func `jobs that all kill their workers all fail by name, and the pool goes on`()
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

  @Test(arguments: 1...4) func `a job is begun as often as is allowed`(attempts: Int) async throws {
    var configuration = testConfiguration()
    configuration.attempts = attempts
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
