import FoundationEssentials
import Glibc
import TestJobs
import Testing
import WorkerFarm

/// The code of the articles "Choosing a backend", "What happens when a job dies" and "Your own worker".
@Suite(.hangGuard) struct BackendArticleTests {
  @Test func `the three backends`() {
    let isolated = PoolConfiguration.processes(count: 8)
    let shared = PoolConfiguration.threads(count: 8)
    let simple = PoolConfiguration.inline
    #expect([isolated, shared, simple].map(\.backend) == [.processes, .threads, .inline])
  }

  @Test func `the choice at run time`() {
    let environment = ProcessInfo.processInfo.environment
    let configuration: PoolConfiguration =
      environment["DEBUG_JOBS"] == nil ? .processes() : .inline
    #expect(configuration.workers >= 1)
  }

  @Test func `a policy of one's own`() {
    var configuration = PoolConfiguration()
    let backoff = RetryPolicy.Backoff.exponential(from: .milliseconds(100))
    configuration.retry = RetryPolicy(attempts: 4, backoff: backoff) { failure in
      switch failure {
      case .crashed, .protocolViolation, .timedOut: true
      default: false
      }
    }
    #expect(configuration.retry.isRetried(.timedOut(after: .seconds(1))))
    #expect(!configuration.retry.isRetried(.cancelled))
  }

  @Test func `what killed workers is refused from then on`() async throws {
    var failures: [String] = []
    func report(_ outcome: Outcome<Misbehave>) {
      if case .failure(let failure) = outcome.result { failures.append(failure.kind) }
    }
    let known: [Quarantine.Entry] = []
    let jobs = [Misbehave(id: 0, way: .kill)]
    var configuration = testConfiguration(workers: 1)
    configuration.retry = .never
    let quarantine = Quarantine(known)
    configuration.quarantine = quarantine
    try await withWorkerPool(configuration) { pool in
      for try await outcome in pool.outcomes(of: jobs) { report(outcome) }
    }
    let toBeKept = quarantine.entries
    configuration.quarantine = Quarantine(toBeKept)
    try await withWorkerPool(configuration) { pool in
      for try await outcome in pool.outcomes(of: jobs) { report(outcome) }
    }
    #expect(failures == ["crashed", "quarantined"])
  }

  @Test(.enabled(if: access("/usr/bin/python3", X_OK) == 0)) func `a worker in Python`()
    async throws
  {
    let sources = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let script = "/\(sources)/Workers/square.py"
    let command = WorkerCommand(
      executable: "/usr/bin/python3", arguments: [script],
      environment: ["PYTHONDONTWRITEBYTECODE": "1"])
    let squares = try await withWorkerPool(.processes(count: 2, command: command)) { pool in
      try await pool.map((0..<100).map(ByteSquare.init))
    }
    #expect(squares == (0..<100).map { $0 * $0 })
  }
}

struct ByteSquare: Job {
  static let jobName = "Square"
  var number: UInt64

  init(_ number: UInt64) { self.number = number }

  func run() -> UInt64 { fatalError("only the program outside can do it") }

  func encode(into writer: inout ByteWriter) { writer.write(number) }
  init(decoding reader: inout ByteReader) throws { number = try reader.read() }
  static func encode(_ output: UInt64, into writer: inout ByteWriter) { writer.write(output) }
  static func decodeOutput(_ reader: inout ByteReader) throws -> UInt64 { try reader.read() }
}
