import Glibc
import TestJobs
import Testing

@testable import WorkerFarm

/// Row W15: programs that aren't workers.
@Suite(.hangGuard) struct BadProgramTests {
  @Test func `W15 a program that doesn't exist means no workers`() async throws {
    let error = try await errorOfMap(running: "/nonexistent/worker")
    guard case .noWorkers(let reason) = error else {
      Issue.record("\(error) isn't what it should be")
      return
    }
    #expect(reason.contains("/nonexistent/worker"))
    #expect(reason.contains("No such file or directory"))
  }

  @Test(
    arguments: [
      ("/bin/true", [], "never said hello, and exited with status 0"),
      ("/bin/false", [], "never said hello, and exited with status 1"),
      ("/bin/cat", [], "no hello: it doesn't speak the worker protocol"),
      ("/bin/echo", ["usage: nothing of the sort"], "no hello: it doesn't speak"),
      ("/bin/sh", ["-c", "sleep 60"], "didn't say hello in time"),
      ("/bin/sh", ["-c", "echo out of order >&2; exit 3"], "exited with status 3: out of order"),
      ("/bin/sh", ["-c", "kill -SEGV $$"], "never said hello, and killed by SIGSEGV"),
      ("/bin/sh", ["-c", "exec >&-; sleep 60"], "never said hello, and killed by SIGKILL"),
      // A hello of version 9: length, kind, flags, type, id; magic, version, flags, process id, limit.
      (
        "/bin/sh",
        [
          "-c",
          #"printf '\34\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0FARM\11\0\0\0\1\0\0\0\0\0\0\1'; sleep 60"#,
        ], "version 9"
      ),
    ] as [(String, [String], String)])
  func `W15 a program that isn't a worker is given up with a reason`(
    path: String, arguments: [String], reason: String
  ) async throws {
    let error = try await errorOfMap(running: path, arguments)
    guard case .workersKeepDying(let deaths, let last) = error else {
      Issue.record("\(error) isn't what it should be")
      return
    }
    #expect(deaths == 3)
    #expect(last.contains(reason))
  }

  @Test func `W15 a program that is a worker and doesn't know it starts no workers of its own`()
    async throws
  {
    let error = try await errorOfMap(running: productPath("test-worker"), ["forgetful"])
    guard case .workersKeepDying(_, let last) = error else {
      Issue.record("\(error) isn't what it should be")
      return
    }
    #expect(last.contains("exited with status 9"))
    #expect(last.contains("\(PoolError.workerDoesNotServe)"))
  }

  @Test func `W15 a pool that gave up says so again, and closes`() async throws {
    let pool = try WorkerPool(configuration(running: "/bin/false", []))
    for _ in 0..<2 {
      let error = await #expect(throws: PoolError.self) { try await pool.map([Square(n: 1)]) }
      if case .workersKeepDying = error {} else { Issue.record("\(error as Any)") }
    }
    await pool.shutdown()
  }

  @Test func `W15 inputs get their outcomes before the pool's error`() async throws {
    let pool = try WorkerPool(configuration(running: "/bin/false", []))
    var outcomes: [Outcome<Square>] = []
    await #expect(throws: PoolError.self) {
      for try await outcome in pool.outcomes(of: (0..<10).map(Square.init)) {
        outcomes.append(outcome)
      }
    }
    #expect(outcomes.map(\.index) == Array(outcomes.indices) && outcomes.count == 10)
    for outcome in outcomes {
      #expect(throws: JobFailure.cancelled) { try outcome.get() }
      #expect(outcome.attempts == 0)
    }
    await pool.shutdown()
  }

  @Test func `a pool that is closed takes nothing more`() async throws {
    let pool = try WorkerPool(testConfiguration())
    await pool.shutdown()
    await #expect(throws: PoolError.closed) { try await pool.map([Square(n: 1)]) }
    await pool.shutdown()
  }

  @Test func `W15 a program that ignores the end of its input doesn't hold up the shutdown`()
    async throws
  {
    let tag = makeTag()
    var configuration = configuration(running: "/bin/sh", ["-c", "sleep 60; :", tag])
    configuration.startTimeout = .seconds(60)
    let pool = try WorkerPool(configuration)
    let task = Task { try await pool.map([Square(n: 1)]) }
    try await waitUntil { !processes(tagged: tag).isEmpty }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    await pool.shutdown(.drain)
    #expect(processes(tagged: tag) == [])
  }

  private func configuration(running path: String, _ arguments: [String]) -> PoolConfiguration {
    var configuration = PoolConfiguration(
      workers: 2, command: WorkerCommand(executable: path, arguments: arguments))
    // Short only for the one that does nothing: the others may take their time on a busy machine.
    configuration.startTimeout =
      arguments == ["-c", "sleep 60"] ? .milliseconds(300) : .seconds(50)
    configuration.restartBudget = 2
    return configuration
  }

  private func errorOfMap(
    running path: String, _ arguments: [String] = []
  ) async throws -> PoolError {
    let error = await #expect(throws: PoolError.self) {
      try await withWorkerPool(configuration(running: path, arguments)) { pool in
        try await pool.map((0..<5).map(Square.init))
      }
    }
    return try #require(error)
  }
}
