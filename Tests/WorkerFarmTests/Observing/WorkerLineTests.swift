import Synchronization
import TestJobs
import Testing

@testable import WorkerFarm

/// Keeps lines, from any thread.
private final class Lines: Sendable {
  private let kept = Mutex<[WorkerLine]>([])

  func add(_ line: WorkerLine) { kept.withLock { $0.append(line) } }
  var all: [WorkerLine] { kept.withLock { $0 } }
}

/// Bytes, and the lines that they make.
struct Writing: Sendable, CustomTestStringConvertible {
  var name: String
  var bytes: [UInt8]
  var lines: [(bytes: [UInt8], ending: WorkerLine.Ending)]

  var testDescription: String { name }

  init(_ name: String, _ bytes: [UInt8], _ lines: [([UInt8], WorkerLine.Ending)]) {
    self.name = name
    self.bytes = bytes
    self.lines = lines
  }

  static let limit = WorkerLine.limit
  private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }
  private static func xs(_ count: Int) -> [UInt8] {
    Array(repeating: UInt8(ascii: "x"), count: count)
  }

  static let all = [
    Writing("nothing", [], []),
    Writing("whole lines", text("a\nbc\n"), [(text("a"), .newline), (text("bc"), .newline)]),
    Writing(
      "empty lines and a part", text("\n\nend"),
      [([], .newline), ([], .newline), (text("end"), .end)]),
    Writing(
      "control characters", text("\u{1B}[31mred\r\n\0\n"),
      [(text("\u{1B}[31mred\r"), .newline), ([0], .newline)]),
    Writing("invalid UTF-8", [0xFF, 0xC3, 10, 0x80], [([0xFF, 0xC3], .newline), ([0x80], .end)]),
    Writing("exactly the limit", xs(limit) + [10], [(xs(limit), .newline)]),
    Writing("one more", xs(limit + 1) + [10], [(xs(limit), .limit), (xs(1), .newline)]),
    Writing(
      "three times the limit, without an end", xs(3 * limit),
      [(xs(limit), .limit), (xs(limit), .limit), (xs(limit), .end)]),
    Writing(
      "a character over the limit", xs(limit - 1) + text("é\n"),
      [(xs(limit - 1), .limit), (text("é"), .newline)]),
    Writing(
      "a character before the limit", xs(limit - 4) + text("🐝x\n"),
      [(xs(limit - 4) + text("🐝"), .limit), (text("x"), .newline)]),
  ]
}

@Suite(.hangGuard) struct WorkerLineTests {
  private let worker = PoolWorker(place: 3, serial: 4, pid: 5)

  @Test(arguments: Writing.all, [1, 2, 3, 7, 4096, 1 << 20])
  func `lines are the same, whatever the pieces they arrive in`(writing: Writing, piece: Int) {
    let lines = Lines()
    var cutter = LineCutter(worker: worker) { lines.add($0) }
    var rest = writing.bytes[...]
    while !rest.isEmpty {
      rest.prefix(piece).withUnsafeBytes { cutter.append($0) }
      rest = rest.dropFirst(piece)
    }
    cutter.finish()
    cutter.finish()
    #expect(lines.all.map(\.bytes) == writing.lines.map(\.bytes))
    #expect(lines.all.map(\.ending) == writing.lines.map(\.ending))
    #expect(lines.all.allSatisfy { $0.worker == worker })
    #expect(lines.all.allSatisfy { $0.text == String(decoding: $0.bytes, as: UTF8.self) })
  }

  @Test func `a worker's lines reach the handler, the last one without its end too`() async throws {
    let lines = Lines()
    var configuration = testConfiguration(workers: 1)
    configuration.retry = .never
    configuration.standardErrorHandler = { lines.add($0) }
    try await withWorkerPool(configuration) { pool in
      for try await outcome in pool.outcomes(of: [Speak(Array("one\ntwo".utf8))]) {
        #expect(try outcome.get() == 7)
      }
      let last = Speak(Array(" and more\nlast \u{1B}".utf8) + [0xFF], dies: true)
      for try await outcome in pool.outcomes(of: [last]) {
        guard case .failure(.crashed(_, let words)) = outcome.result else {
          Issue.record("\(outcome.result)")
          return
        }
        #expect(words.hasPrefix("one\ntwo and more\nlast \u{1B}"))
      }
    }
    #expect(lines.all.map(\.text) == ["one", "two and more", "last \u{1B}\u{FFFD}"])
    #expect(lines.all.map(\.ending) == [.newline, .newline, .end])
    #expect(Set(lines.all.map(\.worker)).count == 1)
    #expect(lines.all.allSatisfy { $0.worker.place == 0 && $0.worker.serial == 1 })
  }

  @Test func `a flood of lines arrives whole`() async throws {
    let lines = Lines()
    var configuration = testConfiguration()
    configuration.standardErrorHandler = { lines.add($0) }
    let count = 20_000
    let flood = (0..<count).flatMap { Array("line \($0)\n".utf8) }
    try await withWorkerPool(configuration) { pool in
      _ = try await pool.map([Speak(flood), Speak(flood)])
    }
    #expect(lines.all.count == 2 * count)
    for (_, ofOne) in Dictionary(grouping: lines.all, by: \.worker) {
      #expect(ofOne.count % count == 0)
      #expect(ofOne.enumerated().allSatisfy { $1.text == "line \($0 % count)" })
    }
  }
}

@Suite struct DroppedWordsTests {
  private func lastWords(_ bytes: [UInt8], piece: Int) -> LastWords {
    var words = LastWords()
    var rest = bytes[...]
    while !rest.isEmpty {
      rest.prefix(piece).withUnsafeBytes { words.append($0) }
      rest = rest.dropFirst(piece)
    }
    return words
  }

  @Test(arguments: [1000, 16 << 10, 1 << 20]) func `what was dropped is counted`(piece: Int) {
    let total = 3_000_000
    let words = lastWords(
      Array(repeating: UInt8(ascii: "."), count: total - 3) + Array("end".utf8), piece: piece)
    let tail = String(repeating: ".", count: LastWords.excerpt - 3) + "end"
    #expect(words.text == "… \(total - LastWords.excerpt) bytes before this\n" + tail)
    #expect(words.dropped > 0 && words.dropped <= total - LastWords.limit)
  }

  @Test func `where nothing was dropped there's no word of it`() {
    #expect(lastWords([], piece: 1).text == "")
    #expect(lastWords(Array("\n boom \n".utf8), piece: 3).text == "boom")
    let long = Array(repeating: UInt8(ascii: "x"), count: LastWords.limit)
    #expect(lastWords(long, piece: 999).text == String(repeating: "x", count: LastWords.excerpt))
  }
}
