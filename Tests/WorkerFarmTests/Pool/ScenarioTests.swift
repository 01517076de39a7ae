import CPosix
import Glibc
import TestJobs
import Testing

@testable import WorkerFarm

/// What needs a coordinator of its own: the program `test-worker` plays it.
@Suite(.hangGuard) struct ScenarioTests {
  @Test(arguments: [
    "cycles", "ignored-children", "memory", "many-inputs", "slow-first", "slow-failure", "scarcity",
  ])
  func
    `a coordinator of its own finds nothing wrong`(scenario: String) async throws
  {
    let program = try Program([productPath("test-worker"), scenario])
    let output = try await onThread { try program.output() }
    #expect(output == "")
    #expect(program.status == .exited(status: 0))
  }

  @Test(arguments: ["coordinate-loops", "coordinate-idlers"])
  func
    `nobody outlives a coordinator that is killed`(scenario: String) async throws
  {
    let directory = makeTemporaryDirectory()
    let program = try Program([productPath("test-worker"), scenario, directory, "3"])
    // Each worker tells that it has begun its job.
    try await waitUntil { (0..<3).allSatisfy { readFile("\(directory)/\($0)") != nil } }
    let workers = processes { $0.parent == program.pid }
    #expect(workers.count >= 1 && workers.count <= 3)
    program.kill()
    try await waitUntil { workers.allSatisfy { (processFields($0)?.state ?? "Z") == "Z" } }
    removeDirectory(directory)
  }

  @Test func `a pool reaps no child but its own`() async throws {
    let program = try Program(["/bin/sh", "-c", "exit 5"])
    try await withWorkerPool(testConfiguration()) { pool in
      _ = try await pool.map((0..<10).map(Square.init))
      for try await _ in pool.outcomes(of: [Misbehave(id: 0, way: .kill)]) {}
    }
    try await waitUntil { processFields(program.pid)?.state == "Z" }
    #expect(program.status == .exited(status: 5))
  }
}

/// A child of the test, whose output is read.
final class Program: Sendable {
  private let child: ChildProcess
  private let reader: Descriptor

  init(_ arguments: [String]) throws {
    let pipe = try Pipe()
    child = try ChildProcess(
      executable: arguments[0], arguments: arguments,
      environment: (["PATH=/usr/bin:/bin"] + Sanitizer.options).map { Array($0.utf8) },
      descriptors: .init(
        input: pipe.reader.number, output: pipe.writer.number, error: pipe.writer.number))
    let ends = pipe.ends()
    reader = Descriptor(owning: ends.reader)
    _ = Descriptor(owning: ends.writer)
  }

  deinit {
    kill()
    while child.reapIfEnded() == nil { usleep(1000) }
  }

  var pid: Int32 { child.pid }

  func kill() { child.killGroup() }

  /// Everything that it prints until its end.
  func output() throws -> String {
    var bytes: [UInt8] = []
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 1)
    defer { chunk.deallocate() }
    while case .bytes(let count) = try reader.read(into: chunk) {
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// How it ended; waits for that.
  var status: Termination {
    while true {
      if let status = child.reapIfEnded() { return status }
      usleep(1000)
    }
  }
}
