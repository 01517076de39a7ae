import FoundationEssentials
import Glibc
import TestJobs
import Testing

@testable import WorkerFarm

/// One entry of a trace, with the fields that the Trace Event Format knows.
private struct Entry: Decodable {
  enum Value: Decodable, Equatable {
    case number(Double)
    case text(String)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else {
        self = .text(try container.decode(String.self))
      }
    }
  }

  var ph: String
  var name: String
  var pid: Int
  var tid: Int
  var ts: Double?
  var dur: Double?
  var cat: String?
  var id: Int?
  var s: String?
  var args: [String: Value]?

  var end: Double { (ts ?? 0) + (dur ?? 0) }
}

@Suite(.hangGuard) struct TraceTests {
  private func read(_ path: String) throws -> [UInt8] {
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
      bytes += buffer[..<count]
    }
    return bytes
  }

  private func entries(_ bytes: [UInt8]) throws -> [Entry] {
    try JSONDecoder().decode([Entry].self, from: Data(bytes))
  }

  private func trace(
    backend: PoolConfiguration.Backend = .processes, recyclingAfter jobs: Int? = nil,
    _ body: (WorkerPool) async throws -> Void
  ) async throws -> [Entry] {
    let directory = makeTemporaryDirectory()
    defer { removeDirectory(directory) }
    let trace = try ChromeTrace(path: "\(directory)/trace.json")
    var configuration = backend.configuration()
    configuration.observers = [trace]
    configuration.recycling.afterJobs = jobs
    try await withWorkerPool(configuration, body)
    #expect(trace.error == nil)
    return try entries(read("\(directory)/trace.json"))
  }

  @Test(arguments: Episode.everywhere) func `a trace has what the format asks for, and all jobs`(
    backend: PoolConfiguration.Backend
  ) async throws {
    let entries = try await trace(backend: backend) { pool in
      _ = try await pool.map((0..<3000).map { Square(n: $0) })
      _ = try await pool.map((0..<20).map { Work(id: $0, milliseconds: 1) })
    }
    for entry in entries {
      #expect(entry.pid == getpid())
      switch entry.ph {
      case "M":
        #expect(["process_name", "thread_name"].contains(entry.name))
        #expect(entry.args?["name"] != nil)
      case "X": #expect(entry.ts != nil && (entry.dur ?? -1) >= 0 && entry.cat != nil)
      case "C": #expect(entry.ts != nil && entry.args?.isEmpty == false)
      case "b", "e": #expect(entry.ts != nil && entry.cat != nil && entry.id != nil)
      case "i": #expect(entry.ts != nil && entry.s != nil)
      default: Issue.record("\(entry)")
      }
    }
    let jobs = entries.filter { $0.cat == "jobs" }
    for (call, count) in [(1.0, 3000.0), (2, 20)] {
      let ofCall = jobs.filter { $0.args?["call"] == .number(call) }
      let counts = ofCall.compactMap { entry -> Double? in
        if case .number(let count) = entry.args?["count"] { return count }
        return nil
      }
      #expect(counts.reduce(0, +) == count)
    }
    #expect(entries.count { $0.ph == "b" } == 2 && entries.count { $0.ph == "e" } == 2)
    let last = entries.filter { $0.ph == "C" && $0.name == "jobs" }.last
    // An inline pool has no window.
    #expect(last?.args?["in flight"] == (backend == .inline ? nil : .number(0)))
    let rows = Set(entries.filter { $0.name == "thread_name" }.map(\.tid))
    #expect(jobs.allSatisfy { rows.contains($0.tid) })
  }

  @Test func `blocks of a row lie beside or within each other`() async throws {
    let entries = try await trace(recyclingAfter: 5) { pool in
      for try await _ in pool.outcomes(
        of: (0..<60).map { Misbehave(id: $0, way: $0 == 30 ? .segfault : .behave) })
      {}
    }
    for (_, row) in Dictionary(grouping: entries.filter { $0.ph == "X" }, by: \.tid) {
      // Outer blocks before inner ones.
      let sorted = row.sorted { ($0.ts ?? 0, -$0.end) < ($1.ts ?? 0, -$1.end) }
      var open: [Entry] = []
      for block in sorted {
        // A nanosecond for what decimal fractions lose.
        while let last = open.last, last.end <= (block.ts ?? 0) + 0.001 { open.removeLast() }
        if let last = open.last { #expect(block.end <= last.end + 0.001, "\(block) in \(last)") }
        open.append(block)
      }
    }
    #expect(entries.contains { $0.ph == "i" && $0.name == "crashed" })
    #expect(entries.contains { $0.ph == "i" && $0.name == "retry" })
    #expect(entries.contains { $0.cat == "jobs,failed" })
    #expect(entries.contains { $0.name.hasPrefix("process ") })
  }

  @Test func `a trace that was cut off lacks the bracket at its end`() throws {
    let directory = makeTemporaryDirectory()
    defer { removeDirectory(directory) }
    let path = "\(directory)/trace.json"
    let trace = try ChromeTrace(path: path)
    for number in 0..<5000 {
      let at = MonotonicInstant(nanoseconds: UInt64(number) * 1_000_000_000 + 1)
      let failure = JobFailure.thrown(type: "", description: "\"\\\n\t\u{1} é🐝")
      trace.observe(
        .jobsFailed(JobRange(call: 1, jobs: number..<number + 1), failure, attempts: 0, nil, at: at)
      )
      if number % 500 == 0 {
        let bytes = try read(path)
        let complete = try entries(bytes + Array("\n]".utf8))
        #expect(complete.count >= number - 1)
      }
    }
    trace.observe(.closed(at: .now))
    let all = try entries(read(path))
    #expect(all.count == 5001)
    #expect(all[1].args?["text"] == .text("job 0: \"\\\n\t\u{1} é🐝"))
    #expect(all[2].ts == 1_000_000.001)
    // What comes later is of no pool that this trace is for.
    trace.observe(.closed(at: .now))
    #expect(try entries(read(path)).count == 5001)
  }

  @Test func `a file that can't be made or written is an error`() throws {
    let error = #expect(throws: SystemError.self) { try ChromeTrace(path: "/not/there/trace.json") }
    #expect(error?.code == ENOENT)
    let full = try ChromeTrace(path: "/dev/full")
    full.observe(.closed(at: .now))
    #expect(full.error?.code == ENOSPC)
  }
}
