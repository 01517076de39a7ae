import TestJobs
import Testing

@testable import WorkerFarm

@Suite(.hangGuard) struct FailureTests {
  @Test(arguments: Faulty.Stage.allCases) func `a job that fails at a stage says so`(
    stage: Faulty.Stage
  ) async throws {
    let jobs = [Faulty(stage: .nowhere), Faulty(stage: stage), Faulty(stage: .nowhere)]
    let outcomes = try await outcomes(of: jobs)
    #expect(try outcomes[0].get() == .nowhere && outcomes[2].get() == .nowhere)
    let text = "refused when \(stage)"
    let expected: JobFailure? =
      switch stage {
      case .nowhere: nil
      case .encodingInput: .unencodableInput(text)
      case .decodingInput: .undecodableInput(text)
      case .running: .thrown(type: "TestJobs.Faulty.Refusal", description: text)
      case .encodingOutput: .unencodableOutput(text)
      case .decodingOutput: .undecodableOutput(text)
      }
    switch outcomes[1].result {
    case .success: #expect(expected == nil)
    case .failure(let failure): #expect(failure == expected)
    }
    #expect(outcomes[1].attempts == (stage == .encodingInput ? 0 : 1))
  }

  @Test func `a type that the worker doesn't serve fails by its name`() async throws {
    let outcomes = try await outcomes(of: [Unserved(), Unserved()])
    for outcome in outcomes {
      #expect(throws: JobFailure.unknownJobType("TestJobs.Unserved")) { try outcome.get() }
    }
  }

  @Test func `only inputs up to the frame limit travel`() async throws {
    var configuration = testConfiguration()
    configuration.frameLimit = 1000
    let jobs = [1000, 1001, 8, 5000].map { Swell(inputSize: $0, outputSize: 1) }
    let outcomes = try await outcomes(of: jobs, configuration)
    #expect(try outcomes[0].get() == 1 && outcomes[2].get() == 1)
    #expect(throws: JobFailure.unencodableInput("1001 bytes, over the limit of 1000")) {
      try outcomes[1].get()
    }
    #expect(throws: JobFailure.unencodableInput("5000 bytes, over the limit of 1000")) {
      try outcomes[3].get()
    }
  }

  @Test func `only outputs up to the frame limit travel`() async throws {
    var configuration = testConfiguration()
    configuration.frameLimit = 1000
    let jobs = [1000, 1001, 0].map { Swell(inputSize: 8, outputSize: $0) }
    let outcomes = try await outcomes(of: jobs, configuration)
    #expect(try outcomes[0].get() == 1000 && outcomes[2].get() == 0)
    #expect(throws: JobFailure.unencodableOutput("1001 bytes, over the limit of 1000")) {
      try outcomes[1].get()
    }
  }

  @Test func `a failure's text may be longer than the frame limit, and is cut when it's too long`()
    async throws
  {
    var configuration = testConfiguration()
    configuration.frameLimit = 50
    let outcomes = try await outcomes(
      of: [Complain(length: 5000), Complain(length: 1_000_000)], configuration)
    for (outcome, length) in zip(outcomes, [5000, FailureMessage.longestText]) {
      #expect(
        throws: JobFailure.thrown(
          type: "TestJobs.Complain.Complaint", description: String(repeating: "!", count: length))
      ) {
        try outcome.get()
      }
    }
  }

  @Test func `the frame limit may be larger than usual`() async throws {
    var configuration = testConfiguration(workers: 1)
    let size = Frame.defaultLimit + 1
    configuration.frameLimit = size
    let outcomes = try await outcomes(
      of: [
        Swell(inputSize: size, outputSize: 3), Swell(inputSize: 8, outputSize: size),
        Swell(inputSize: size + 1, outputSize: 3),
      ], configuration)
    #expect(try outcomes[0].get() == 3 && outcomes[1].get() == size)
    #expect(throws: JobFailure.self) { try outcomes[2].get() }
  }

  private func outcomes<J: Job>(
    of jobs: [J], _ configuration: PoolConfiguration = testConfiguration()
  ) async throws -> [Outcome<J>] {
    try await withWorkerPool(configuration) { pool in
      var outcomes: [Outcome<J>] = []
      for try await outcome in pool.outcomes(of: jobs) { outcomes.append(outcome) }
      #expect(outcomes.map(\.index) == Array(jobs.indices))
      return outcomes
    }
  }
}
