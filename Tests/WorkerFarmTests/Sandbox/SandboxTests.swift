import Glibc
import Logging
import Synchronization
import TestJobs
import Testing

@testable import WorkerFarm

/// Sandboxed workers work, fail in order, and are refused where the sandbox isn't whole.
@Suite(.hangGuard) struct SandboxTests {
  private func configuration(_ policy: SandboxPolicy, tag: String? = nil) -> PoolConfiguration {
    var configuration = testConfiguration(workers: 1, tag: tag)
    configuration.sandbox = policy
    return configuration
  }

  @Test(.needsSandbox, arguments: Preset.allCases)
  func `jobs of every kind are done, and the report is complete`(preset: Preset) async throws {
    let enclosure = Enclosure()
    let policy = preset.policy(enclosure)
    try await withWorkerPool(configuration(policy)) { pool in
      #expect(pool.sandboxReport == nil)
      #expect(try await pool.map((0..<2000).map(Square.init)) == (0..<2000).map { $0 * $0 })
      // Larger than what malloc keeps, so that memory is mapped and moved.
      let large = [UInt8](repeating: 7, count: 3_000_000)
      #expect(try await pool.map([Echo(bytes: large)]) == [large])
      let honest = ["startThread", "readLimit", "signalSelf", "sleep"].map { Escape($0) }
      #expect(try await pool.map(honest) == [0, 0, 0, 0])
      let report = try #require(pool.sandboxReport)
      #expect(report.fulfils(policy) && report.problems == [])
      #expect(report.landlockVersion == SandboxSupport.landlockVersion)
    }
  }

  @Test(.needsSandbox, arguments: Preset.allCases)
  func `a worker fails in a sandbox as it does outside`(preset: Preset) async throws {
    let enclosure = Enclosure()
    var configuration = configuration(preset.policy(enclosure))
    configuration.timeout = Misconduct.timeout
    try await withWorkerPool(configuration) { pool in
      // What makes a process of its own doesn't get so far.
      var all = Misconduct.all.filter { $0.way != .grandchild }
      // A sanitizer looks for leaks at a process's end, and can't in here.
      if Sanitizer.isOn { all.removeAll { [.exit0, .exit7].contains($0.way) } }
      let jobs = all.enumerated().map { Misbehave(id: $0.offset, way: $0.element.way) }
      for try await outcome in pool.outcomes(of: jobs) {
        let expected = all[outcome.index]
        #expect(
          expected.matches(outcome.result, id: outcome.index), "\(expected.way): \(outcome.result)")
      }
    }
  }

  @Test(.needsSandbox, arguments: Preset.allCases)
  func `a worker that is stopped and continued goes on`(preset: Preset) async throws {
    let enclosure = Enclosure()
    let tag = makeTag()
    try await withWorkerPool(configuration(preset.policy(enclosure), tag: tag)) { pool in
      #expect(try await pool.map([Square(n: 3)]) == [9])
      let worker = try #require(processes(tagged: tag).first)
      // In the middle of a read, which is restarted, and of a sleep, which needs restart_syscall.
      for job in [nil, Escape("sleep")] {
        let asleep = Task { try await pool.map(job.map { [$0] } ?? []) }
        for _ in 0..<20 {
          kill(worker, SIGSTOP)
          try await waitUntil { processFields(worker)?.state == "T" }
          kill(worker, SIGCONT)
          try await waitUntil { processFields(worker)?.state != "T" }
        }
        #expect(try await asleep.value == (job == nil ? [] : [0]))
      }
      #expect(try await pool.map([Square(n: 4)]) == [16])
      #expect(processes(tagged: tag) == [worker])
    }
  }

  @Test(.needsSandbox, .disabled(if: Sanitizer.isOn, "the kernel's limit can't hold"))
  func `limits are kept, and named`() async throws {
    let enclosure = Enclosure()
    var policy = enclosure.policy
    policy.limits = SandboxPolicy.Limits(
      memory: 256 << 20, processorSeconds: 1, fileSize: 0, descriptors: 30)
    var configuration = configuration(policy)
    configuration.retry = .afterCrashes(attempts: 1)
    // The pool's own limit is higher, and doesn't raise the policy's.
    configuration.memory = 4 << 30
    try await withWorkerPool(configuration) { pool in
      let memory = Hungry(bytes: 600 << 20, milliseconds: 0, allocates: true)
      let failure = await #expect(throws: FailedJob<Hungry>.self) { try await pool.map([memory]) }
      guard case .crashed = failure?.failure else {
        Issue.record("\(String(describing: failure))")
        return
      }
      let descriptors = try await pool.map([Escape("takeDescriptors")])
      #expect(descriptors == [EMFILE])
      let late = await #expect(throws: FailedJob<Work>.self) {
        try await pool.map([Work(id: 1, milliseconds: 60_000)])
      }
      #expect(late?.failure == .crashed(.signalled(number: SIGXCPU), lastWords: ""))
    }
  }

  @Test(arguments: [
    ("landlock", "files", "try", "squares\nprivileges inspection limits systemCalls\n"),
    ("landlock", "bytes", "try", "squares\nprivileges inspection limits files systemCalls\n"),
    ("landlock", "bytes", "require", "squares\nprivileges inspection limits files systemCalls\n"),
    ("seccomp", "files", "try", "squares\nprivileges inspection limits files signals\n"),
  ])
  func `where a part isn't there, the rest is in force`(
    missing: String, policy: String, enforcement: String, expected: String
  ) async throws {
    guard Kernel.hasSandbox else { return }
    let program = try Program([
      productPath("test-worker"), "lacking-sandbox", missing, policy, enforcement,
    ])
    let output = try await onThread { try program.output() }
    // Signals are barred by newer kernels only.
    let first = output.replacing(" signals", with: "")
    #expect(first.hasPrefix(expected.replacing(" signals", with: "")), "\(output)")
    let isComplete = policy == "bytes" && missing == "landlock"
    let isTold = missing == "landlock" && !isComplete
    #expect(output.contains("it's turned off in this kernel\n") == isTold)
    #expect(output.contains("seccomp: this kernel doesn't have it\n") == (missing == "seccomp"))
  }

  @Test(arguments: [
    ("landlock", "files", "Landlock: it's turned off in this kernel"),
    ("seccomp", "files", "seccomp: this kernel doesn't have it"),
    ("seccomp", "bytes", "seccomp: this kernel doesn't have it"),
  ])
  func `where a required part isn't there, no job is done`(
    missing: String, policy: String, reason: String
  ) async throws {
    guard Kernel.hasSandbox else { return }
    let program = try Program([
      productPath("test-worker"), "lacking-sandbox", missing, policy, "require",
    ])
    let output = try await onThread { try program.output() }
    #expect(output.hasPrefix("gave up after 4 workers died in a row"), "\(output)")
    #expect(
      output.contains("sent a hello without the sandbox that is required: \(reason)"), "\(output)")
  }

  @Test func `a program that knows no sandbox is refused, or told of once`() async throws {
    guard let command = ForeignWorkerTests.Language.python.command() else { return }
    var configuration = PoolConfiguration(workers: 2, command: command)
    configuration.restartBudget = 2
    configuration.sandbox = .bytesOnly
    let jobs = (0..<50).map { ForeignWorkerTests.ByteSquare(UInt64($0)) }
    let error = await #expect(throws: PoolError.self) {
      _ = try await withWorkerPool(configuration) { pool in try await pool.map(jobs) }
    }
    let reason = try "\(#require(error))"
    #expect(reason.contains("the worker's program reports no sandbox"))

    let log = Log()
    configuration.sandbox.enforcement = .try
    configuration.logger = Logger(label: "test") { _ in log }
    try await withWorkerPool(configuration) { pool in
      let squares = try await pool.map(jobs)
      #expect(squares.count == 50)
      #expect(pool.sandboxReport == .silence)
    }
    // The ends of workers are told as well.
    #expect(
      log.lines.filter { $0.contains("sandbox") }
        == ["workers aren't fully sandboxed: the worker's program reports no sandbox"])
  }

  /// What a pool says.
  private struct Log: LogHandler {
    private final class Lines: Sendable {
      let all = Mutex<[String]>([])
    }

    private let kept = Lines()
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]
    var lines: [String] { kept.all.withLock { $0 } }

    func log(event: LogEvent) { kept.all.withLock { $0.append("\(event.message)") } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }
  }
}
