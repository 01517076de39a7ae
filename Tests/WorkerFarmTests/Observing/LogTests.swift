import Logging
import Synchronization
import TestJobs
import Testing

@testable import WorkerFarm

/// Keeps what is logged.
private final class LogBook: Sendable {
  struct Line: Sendable {
    var level: Logger.Level
    var text: String
    var metadata: [String: String]
  }

  private let kept = Mutex<[Line]>([])

  var lines: [Line] { kept.withLock { $0 } }

  func logger(_ level: Logger.Level) -> Logger {
    var logger = Logger(label: "test") { _ in Handler(book: self) }
    logger.logLevel = level
    return logger
  }

  private struct Handler: LogHandler {
    let book: LogBook
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]

    func log(event: LogEvent) {
      let line = Line(
        level: event.level, text: "\(event.message)",
        metadata: (event.metadata ?? [:]).mapValues { "\($0)" })
      book.kept.withLock { $0.append(line) }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }
  }
}

@Suite(.hangGuard) struct LogTests {
  @Test func `a death is a warning with its circumstances, a retry is for who debugs`() async throws
  {
    let book = LogBook()
    var configuration = testConfiguration(workers: 1)
    configuration.logger = book.logger(.debug)
    try await withWorkerPool(configuration) { pool in
      for try await _ in pool.outcomes(of: [Misbehave(id: 0, way: .exit7)]) {}
    }
    let deaths = book.lines.filter { $0.level == .warning }
    #expect(deaths.count == 2)
    for death in deaths {
      #expect(death.text.contains("exited with status 7"))
      #expect(death.metadata["place"] == "0" && death.metadata["reason"] == "crashed")
      #expect(death.metadata["inFlight"] == "1" && Int(death.metadata["pid"] ?? "") != nil)
    }
    let retries = book.lines.filter { $0.metadata["attempts"] != nil }
    #expect(retries.count == 1 && retries[0].level == .debug)
    #expect(retries[0].metadata["call"] == "1" && retries[0].metadata["job"] == "0")
    #expect(retries[0].metadata["failure"] == "crashed")
  }

  @Test func `workers that are let go are no warning`() async throws {
    let book = LogBook()
    var configuration = testConfiguration(workers: 2)
    configuration.recycling.afterJobs = 1
    configuration.logger = book.logger(.debug)
    try await withWorkerPool(configuration) { pool in
      _ = try await pool.map((0..<6).map { Square(n: $0) })
    }
    #expect(book.lines.allSatisfy { $0.level == .debug })
    #expect(book.lines.count { $0.metadata["reason"] == "recycled" } >= 4)
  }

  @Test func `a pool without workers says why, and that it gave up`() async throws {
    let book = LogBook()
    var configuration = PoolConfiguration(
      workers: 3, command: WorkerCommand(executable: "/not/there"))
    configuration.logger = book.logger(.warning)
    let pool = try WorkerPool(configuration)
    await #expect(throws: (any Error).self) {
      try await pool.map((0..<3).map { Square(n: $0) })
    }
    await pool.shutdown()
    #expect(book.lines.contains { $0.level == .warning && $0.metadata["place"] != nil })
    #expect(book.lines.last { $0.level == .error }?.text.contains("gave up") == true)
    #expect(book.lines.allSatisfy { $0.metadata["executable"] == "/not/there" })
  }

  @Test func `a storm is cut short, and what was left out is counted`() async throws {
    let book = LogBook()
    var configuration = testConfiguration(workers: 2)
    configuration.retry = .never
    configuration.restartBudget = 10_000
    configuration.logger = book.logger(.warning)
    let deaths = 120
    try await withWorkerPool(configuration) { pool in
      let jobs = (0..<deaths).map { Misbehave(id: $0, way: .exit7) }
      for try await _ in pool.outcomes(of: jobs) {}
    }
    let leftOut = book.lines.compactMap { $0.metadata["leftOut"].flatMap { Int($0) } }
    let logged = book.lines.count { $0.metadata["pid"] != nil }
    #expect(logged >= LogLimiter.burst)
    #expect(logged + leftOut.reduce(0, +) == deaths)
  }

  @Test func `a limiter lets a burst through, and then one a second`() {
    var limiter = LogLimiter()
    let second = LogLimiter.interval
    let start = 1000 * second
    for _ in 0..<LogLimiter.burst { #expect(limiter.admit(at: start) == 0) }
    for _ in 0..<7 { #expect(limiter.admit(at: start + second / 2) == nil) }
    #expect(limiter.admit(at: start + second) == 7)
    #expect(limiter.admit(at: start + second) == nil)
    #expect(limiter.leftOut == 1)
    // After a long silence it's a burst again, and no more.
    for number in 0..<LogLimiter.burst {
      #expect(limiter.admit(at: start + 1000 * second) == (number == 0 ? 1 : 0))
    }
    #expect(limiter.admit(at: start + 1000 * second) == nil)
  }
}
