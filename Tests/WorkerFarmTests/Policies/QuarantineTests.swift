import TestJobs
import Testing

@testable import WorkerFarm

/// Jobs that have killed workers.
@Suite(.hangGuard) struct QuarantineTests {
  private let killer = Misbehave(id: 1, way: .exit7)
  private let harmless = Misbehave(id: 2, way: .behave)

  @Test func `who killed its workers isn't begun again, until it's released`() async throws {
    let quarantine = Quarantine()
    var configuration = testConfiguration()
    configuration.quarantine = quarantine
    try await withWorkerPool(configuration) { pool in
      let first = try await pool.allOutcomes(of: [harmless, killer, harmless])
      #expect(first.map(\.attempts) == [1, 2, 1])
      let second = try await pool.allOutcomes(of: [killer, harmless, killer])
      #expect(second.map(\.attempts) == [0, 1, 0])
      #expect(
        throws: JobFailure.quarantined("\(JobFailure.crashed(.exited(status: 7), lastWords: ""))")
      ) { try second[0].get() }
      #expect(second[0].input.id == 1 && second[2].workerPID == nil)
      #expect(try second[1].get() == 2)
      #expect(quarantine.release(killer))
      #expect(!quarantine.release(killer) && !quarantine.release(harmless))
      let third = try await pool.allOutcomes(of: [killer])
      #expect(third.map(\.attempts) == [2])
    }
  }

  @Test(arguments: Setting.backends) func `entries outlast their quarantine`(setting: Setting)
    async throws
  {
    let quarantine = Quarantine()
    var configuration = testConfiguration()
    configuration.quarantine = quarantine
    _ = try await withWorkerPool(configuration) { try await $0.allOutcomes(of: [killer]) }
    let entries = quarantine.entries
    #expect(entries.count == 1 && entries.first?.jobName == "TestJobs.Misbehave")

    // In whatever runs the jobs next, or this process would end here.
    var next = setting.configuration()
    next.quarantine = Quarantine(entries)
    try await withWorkerPool(next) { pool in
      let outcomes = try await pool.allOutcomes(of: [harmless, killer], ordered: true)
      #expect(try outcomes[0].get() == 2)
      if case .failure(.quarantined) = outcomes[1].result {} else { Issue.record("\(outcomes[1])") }
    }
  }

  @Test func `a name is a part of it, and errors are no crime`() async throws {
    let quarantine = Quarantine([
      .init(jobName: "Another", inputHash: 1, reason: "whatever")
    ])
    var configuration = testConfiguration()
    configuration.quarantine = quarantine
    try await withWorkerPool(configuration) { pool in
      for _ in 0..<2 {
        let outcomes = try await pool.allOutcomes(of: [Complain(length: 3)])
        #expect(outcomes[0].result.failureKind == "thrown")
      }
    }
    #expect(quarantine.entries.count == 1)
  }

  /// FNV-1a's published values for "" and "a".
  @Test(arguments: [("", 0xcbf2_9ce4_8422_2325 as UInt64), ("a", 0xaf63_dc4c_8601_ec8c)])
  func
    `the hash is the one that it's said to be`(text: String, hash: UInt64)
  {
    let quarantine = Quarantine()
    let job = Plain(text: text)
    quarantine.note(.crashed(.unknown, lastWords: ""), of: job)
    #expect(quarantine.entries.map(\.inputHash) == [hash])
  }

  private struct Plain: Job {
    var text: String

    init(text: String) { self.text = text }
    init(decoding reader: inout ByteReader) { text = "" }
    func run() {}
    func encode(into writer: inout ByteWriter) { writer.write(raw: text) }
  }
}

extension Result where Failure == JobFailure {
  fileprivate var failureKind: String? {
    if case .failure(let failure) = self { return failure.kind }
    return nil
  }
}
