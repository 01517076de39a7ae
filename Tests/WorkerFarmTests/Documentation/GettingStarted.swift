import Glibc
import TestJobs
import Testing
import WorkerFarm

/// The code of the articles "Getting started" and "Choosing a backend". It's run on threads: what it does is the same
/// in every backend, and the articles' jobs aren't served by the tests' worker.
@Suite(.hangGuard) struct GettingStartedTests {
  let files = ["/proc/self/status", "/not/there"]
  let first = "/proc/self/status"

  @Test func `outcomes as they come`() async throws {
    var complaints: [String] = []
    func complain(_ text: String) { complaints.append(text) }
    try await withWorkerPool(.threads(count: 2)) { pool in
      for try await outcome in pool.outcomes(of: files.lazy.map(WordCount.init(path:))) {
        switch outcome.result {
        case .success(let count): print("\(outcome.input.path): \(count)")
        case .failure(let failure): complain("\(outcome.input.path): \(failure)")
        }
      }
    }
    #expect(complaints == ["/not/there: can't be read"])
  }

  @Test func `reductions`() async throws {
    let files = [first, first]
    try await withWorkerPool(.threads(count: 2)) { pool in
      let words = try await pool.reduce(files.lazy.map(WordCount.init(path:)), into: 0) { $0 += $1 }
      #expect(words > 20)
    }
  }

  @Test func `one job at a time`() async throws {
    try await withWorkerPool(.threads(count: 2)) { pool in
      let count = try await pool.run(WordCount(path: first))

      let picture = pool.submit(Square(n: 3))
      let sound = pool.submit(Square(n: 4))
      let sum = try await picture.output + sound.output
      #expect(count > 10)
      #expect(sum == 25)
    }
  }

  @Test func `something kept in each worker, and bytes written by hand`() async throws {
    try await withWorkerPool(.threads(count: 1)) { pool in
      // Without the dictionary, which not every machine has, the job says so.
      let outcome = try await pool.submit(Spell(word: "word")).outcome
      if case .failure(let failure) = outcome.result {
        #expect(failure.description == "can't be read")
      }
      #expect(try await pool.map([Sum(1, 2), Sum(.max, .max)]) == [3, 8_589_934_590])
    }
  }

  @Test func `how it should behave`() {
    var configuration = PoolConfiguration.processes(count: 8)
    configuration.timeout = .seconds(30)
    configuration.retry = RetryPolicy(
      attempts: 3, backoff: .exponential(from: .milliseconds(100), upTo: .seconds(5)))
    configuration.recycling = Recycling(afterJobs: 1000, aboveResidentBytes: 512 << 20)
    configuration.traits.niceness = 10
    #expect(configuration.workers == 8)
  }
}

struct WordCount: Job, Codable {
  var path: String

  func run() throws -> Int {
    try readLines(of: path).reduce(0) { $0 + $1.split(separator: " ").count }
  }
}

private struct Unreadable: Error, CustomStringConvertible {
  var description: String { "can't be read" }
}

private func readLines(of path: String) throws -> [String] {
  guard let text = readFile(path) else { throw Unreadable() }
  return text.split(separator: "\n").map(String.init)
}

struct Spell: StatefulJob, Codable {
  typealias Output = Bool

  var word: String

  static func setUp() throws -> Set<String> {
    try Set(readLines(of: "/usr/share/dict/words"))
  }

  func run(with words: inout Set<String>) -> Bool { words.contains(word) }
}

struct Sum: Job {
  var a: UInt32
  var b: UInt32

  init(_ a: UInt32, _ b: UInt32) {
    self.a = a
    self.b = b
  }

  func run() -> UInt64 { UInt64(a) + UInt64(b) }

  func encode(into writer: inout ByteWriter) {
    writer.write(a)
    writer.write(b)
  }

  init(decoding reader: inout ByteReader) throws {
    a = try reader.read()
    b = try reader.read()
  }

  static func encode(_ output: UInt64, into writer: inout ByteWriter) { writer.write(output) }
  static func decodeOutput(_ reader: inout ByteReader) throws -> UInt64 { try reader.read() }
}
