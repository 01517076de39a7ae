import TestJobs
import Testing

@testable import WorkerFarm

/// One way to call a pool.
struct Manner: Hashable, Sendable, CustomTestStringConvertible {
  var isOrdered: Bool
  var sharesFrames: Bool

  static let all = [true, false].flatMap { isOrdered in
    [true, false].map { Manner(isOrdered: isOrdered, sharesFrames: $0) }
  }

  var testDescription: String {
    (isOrdered ? "ordered" : "unordered") + (sharesFrames ? "" : ", a frame for each job")
  }
}

/// How long jobs take.
enum Lengths: CaseIterable, Sendable {
  case none, microseconds, milliseconds, mixed

  func microseconds(of index: Int) -> Int {
    switch self {
    case .none: 0
    case .microseconds: index % 30
    case .milliseconds: 1000 + 100 * (index % 5)
    case .mixed: index % 17 == 0 ? 5000 : index % 20
    }
  }

  /// Of the shortest there are enough that many of them share a frame.
  var count: Int { self == .milliseconds ? 40 : 400 }
}

/// Every backend gives the same jobs the same outcomes.
@Suite(.hangGuard) struct OutcomeConformanceTests {
  @Test(arguments: Setting.all, Lengths.allCases)
  func
    `each input has its one outcome, whatever that is`(setting: Setting, lengths: Lengths)
    async throws
  {
    for manner in Manner.all {
      var configuration = setting.configuration()
      configuration.sharesFrames = manner.sharesFrames
      configuration.frameLimit = Deed.frameLimit
      configuration.memory = Deed.memory
      let jobs = (0..<lengths.count).map { index in
        // Mostly outputs, so that batches are cut at single failures, and some failures next to each other.
        let kinds = Deed.Kind.allCases
        return Deed(
          id: index, kind: index % 7 < 4 ? .output : kinds[index / 3 % kinds.count],
          microseconds: lengths.microseconds(of: index))
      }
      try await withWorkerPool(configuration) { pool in
        let outcomes = try await pool.allOutcomes(of: jobs, ordered: manner.isOrdered)
        check(outcomes, of: jobs, manner, setting)
      }
    }
  }

  private func check(
    _ outcomes: [Outcome<Deed>], of jobs: [Deed], _ manner: Manner, _ setting: Setting
  ) {
    let indices = outcomes.map(\.index)
    #expect((manner.isOrdered ? indices : indices.sorted()) == Array(jobs.indices))
    for outcome in outcomes {
      let job = jobs[outcome.index]
      #expect(outcome.input.id == job.id && outcome.input.kind == job.kind)
      expectRightResult(outcome)
      let isRun = job.kind != .unencodableInput && job.kind != .largeInput
      #expect(outcome.attempts == (isRun ? 1 : 0), "\(job)")
      #expect(isRun ? setting.isSensible(workerPID: outcome.workerPID) : outcome.workerPID == nil)
      #expect(outcome.queueTime >= .zero && outcome.runTime >= .zero)
    }
  }

  private func expectRightResult(_ outcome: Outcome<Deed>) {
    let kind = outcome.input.kind
    let refusal = "refused: \(kind)"
    switch (kind, outcome.result) {
    case (.output, .success(let output)), (.claim, .success(let output)):
      #expect(output == Deed.Output(id: outcome.input.id, kind: kind))
    case (.throwing, .failure(let failure)):
      #expect(failure == .thrown(type: "TestJobs.Deed.Refusal", description: refusal))
    case (.undecodableInput, .failure(let failure)): #expect(failure == .undecodableInput(refusal))
    case (.unencodableOutput, .failure(let failure)):
      #expect(failure == .unencodableOutput(refusal))
    case (.undecodableOutput, .failure(let failure)):
      #expect(failure == .undecodableOutput(refusal))
    case (.unencodableInput, .failure(let failure)): #expect(failure == .unencodableInput(refusal))
    case (.largeInput, .failure(let failure)):
      #expect(failure == .unencodableInput("2017 bytes, over the limit of 2000"))
    case (.largeOutput, .failure(let failure)):
      #expect(failure == .unencodableOutput("2009 bytes, over the limit of 2000"))
    case (.largeClaim, .failure(let failure)):
      #expect(failure == .memoryLimit(needed: Deed.memory + 1, allowed: Deed.memory))
    default: Issue.record("\(outcome)")
    }
  }

  @Test(arguments: Setting.backends) func `a type is known wherever it can be`(setting: Setting)
    async throws
  {
    let outcomes = try await withWorkerPool(setting.configuration()) { pool in
      try await pool.allOutcomes(of: [Unserved(), Unserved()])
    }
    for outcome in outcomes {
      switch outcome.result {
      case .success(let output): #expect(setting.backend != .processes && output == 0)
      case .failure(let failure): #expect(failure == .unknownJobType("TestJobs.Unserved"))
      }
    }
    #expect(outcomes.count == 2)
  }

  /// Of outputs that fit each by itself, a worker may send only so many at once as its coordinator takes.
  @Test(arguments: Setting.backends, [900, 39_996, 40_000])
  func
    `small limits on frames hold for several results as well`(setting: Setting, size: Int)
    async throws
  {
    var configuration = setting.configuration()
    configuration.frameLimit = size == 900 ? 900 : 40_000
    let jobs = (0..<2000).map { index in
      Swell(inputSize: 8, outputSize: index % 3 == 0 ? size : index % 2 * 400)
    }
    try await withWorkerPool(configuration) { pool in
      for try await outcome in pool.outcomes(of: jobs) {
        #expect(try outcome.get() == outcome.input.outputSize && outcome.attempts == 1)
      }
    }
  }

  @Test(arguments: Setting.all) func `every call there is gives the same`(setting: Setting)
    async throws
  {
    let numbers = Array(0..<200)
    let squares = numbers.map { $0 * $0 }
    try await withWorkerPool(setting.configuration()) { pool in
      #expect(try await pool.map(numbers.map(Square.init)) == squares)
      #expect(try await pool.map(zip(numbers, numbers)) { Square(n: ($0 + $1) / 2) } == squares)
      #expect(try await pool.map(stream(of: numbers.map(Square.init))) == squares)
      #expect(
        try await pool.reduce(numbers.map(Square.init), into: []) { $0.append($1) } == squares)
      #expect(
        try await pool.reduce(stream(of: numbers.map(Square.init)), into: 0) { $0 += $1 }
          == squares.reduce(0, +))
      #expect(try await pool.run(Square(n: 12)) == 144)
      let submissions = numbers.map { pool.submit(Square(n: $0)) }
      for (submission, square) in zip(submissions, squares) {
        #expect(try await submission.output == square)
        #expect(try await submission.outcome.index == 0)
      }
      let blocking = try await onThread {
        (
          try pool.mapBlocking(numbers.map(Square.init)), try pool.runBlocking(Square(n: 13)),
          try pool.reduceBlocking(numbers.map(Square.init), into: 0) { $0 += $1 }
        )
      }
      #expect(blocking.0 == squares && blocking.1 == 169)
      #expect(blocking.2 == squares.reduce(0, +))
    }
  }

  @Test(arguments: Setting.all) func `the first failure in input order ends a call for outputs`(
    setting: Setting
  ) async throws {
    try await withWorkerPool(setting.configuration()) { pool in
      let jobs = (0..<200).map { index in
        // The later failure is there first.
        Deed(
          id: index, kind: index == 60 || index == 61 ? .throwing : .output,
          microseconds: index == 60 ? 20_000 : 0)
      }
      let error = await #expect(throws: FailedJob<Deed>.self) { try await pool.map(jobs) }
      #expect(error?.index == 60 && error?.input.id == 60)
      #expect(error?.failure.kind == "thrown")
      // The pool is none the worse for it.
      let nine = try await pool.run(Square(n: 3))
      #expect(nine == 9)
    }
  }

  @Test(arguments: Setting.all) func `several calls of several types share a pool`(setting: Setting)
    async throws
  {
    try await withWorkerPool(setting.configuration()) { pool in
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for start in 0..<4 {
          group.addTask {
            let jobs = (start..<start + 300).map(Square.init)
            return try await pool.map(jobs) == jobs.map { $0.n * $0.n }
          }
          group.addTask {
            let jobs = (0..<50).map { Echo(bytes: Array(repeating: UInt8(start), count: $0)) }
            return try await pool.map(stream(of: jobs)) == jobs.map(\.bytes)
          }
          group.addTask {
            let jobs = (0..<100).map { Deed(id: $0, kind: .output) }
            let outcomes = try await pool.allOutcomes(of: jobs, ordered: false)
            return Set(outcomes.map(\.index)).count == 100
          }
        }
        for try await isRight in group { #expect(isRight) }
      }
    }
  }
}

/// Jobs that come by and by.
func stream<J: Job>(of jobs: [J]) -> AsyncStream<J> {
  AsyncStream { continuation in
    for job in jobs { continuation.yield(job) }
    continuation.finish()
  }
}
