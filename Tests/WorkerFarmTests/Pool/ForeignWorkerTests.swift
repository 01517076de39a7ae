import Glibc
import Testing
import WorkerFarm

/// Workers in other languages, by the wire format alone: the examples of its documentation.
@Suite(.hangGuard) struct ForeignWorkerTests {
  enum Language: String, CaseIterable {
    case python, c

    /// What starts the example; nil where the language isn't installed.
    func command() -> WorkerCommand? {
      let sources = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
      let example = "/\(sources)/Workers/square"
      switch self {
      case .python:
        guard access("/usr/bin/python3", X_OK) == 0 else { return nil }
        return WorkerCommand(executable: "/usr/bin/python3", arguments: ["\(example).py"])
      case .c:
        let program = productPath("square-in-c")
        guard system("cc -O1 -Wall -Wextra -Werror -o '\(program)' '\(example).c'") == 0 else {
          return nil
        }
        return WorkerCommand(executable: program)
      }
    }
  }

  /// Its bytes are the example's.
  struct ByteSquare: Job {
    static let jobName = "Square"
    var number: UInt64

    func run() throws -> UInt64 { number &* number }
    func encode(into writer: inout ByteWriter) { writer.write(number) }
    init(decoding reader: inout ByteReader) throws { number = try reader.read() }
    static func encode(_ output: UInt64, into writer: inout ByteWriter) { writer.write(output) }
    static func decodeOutput(_ reader: inout ByteReader) throws -> UInt64 { try reader.read() }

    init(_ number: UInt64) { self.number = number }
  }

  @Test(arguments: Language.allCases) func `squares numbers, and says which it can't`(
    language: Language
  ) async throws {
    guard let command = language.command() else { return }
    var configuration = PoolConfiguration(workers: 2, command: command)
    configuration.memory = 1 << 30
    let numbers = (0..<400).map { UInt64($0 == 137 ? 1 << 32 : $0) }
    try await withWorkerPool(configuration) { pool in
      for try await outcome in pool.outcomes(of: numbers.map(ByteSquare.init)) {
        if outcome.index == 137 {
          guard case .failure(.thrown(let type, "too large")) = outcome.result else {
            Issue.record("\(outcome)")
            continue
          }
          #expect(type.hasPrefix("Overflow"))
        } else {
          #expect(try outcome.get() == outcome.input.number * outcome.input.number)
        }
        #expect(outcome.attempts == 1)
      }
    }
  }

  @Test(arguments: Language.allCases) func `a killed one is replaced`(language: Language)
    async throws
  {
    guard let command = language.command() else { return }
    try await withWorkerPool(PoolConfiguration(workers: 1, command: command)) { pool in
      var victims = 0
      let numbers = (0..<20_000).map { ByteSquare(UInt64($0)) }
      for try await outcome in pool.outcomes(of: numbers) {
        #expect(try outcome.get() == outcome.input.number * outcome.input.number)
        guard outcome.index % 5000 == 100, let pid = outcome.workerPID else { continue }
        kill(pid, SIGKILL)
        victims += 1
      }
      #expect(victims == 4)
    }
  }
}
