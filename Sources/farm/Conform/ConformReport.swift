import ArgumentParser
import Glibc
import WorkerFarm

/// Runs checks and prints what comes of them, a line each.
struct ConformReport {
  private struct Record: Encodable {
    var schemaVersion = 1
    var type = "check"
    var check: String
    var rule: String
    var status: String
    var expected: String?
    var got: String?
    var reason: String?
  }

  private struct Summary: Encodable {
    var schemaVersion = 1
    var type = "summary"
    var version = FarmVersion.text
    var passed: Int
    var failed: Int
    var skipped: Int
  }

  private let json: Bool
  private var passed = 0
  private var failed = 0
  private var skipped = 0
  private var hasHello = true

  init(json: Bool) { self.json = json }

  mutating func run(_ check: Check, on subject: Subject) throws {
    var record = Record(check: check.name, rule: check.rule, status: "ok")
    // Everything else begins with a hello.
    guard hasHello else {
      skipped += 1
      return
    }
    do {
      try check.body(subject)
      passed += 1
    } catch let violation as Violation {
      (record.status, record.expected, record.got) = ("FAIL", violation.expected, violation.got)
      failed += 1
      if check.name == Check.all.first?.name { hasHello = false }
    } catch let reason as NotChecked {
      (record.status, record.reason) = ("skip", reason.reason)
      skipped += 1
    } catch let error as SystemError {
      throw UsageError(description: "\(subject.command.executable): \(error)")
    }
    try Console.printOrEnd(json ? record.jsonLine() : line(record))
  }

  private func line(_ record: Record) -> String {
    let name = record.check + String(repeating: " ", count: max(0, 15 - record.check.count))
    let status = record.status == "ok" ? "ok  " : record.status
    var text = "\(status)  \(name) \(record.rule)"
    if let expected = record.expected, let got = record.got {
      text += ": expected \(expected), got \(got)"
    }
    if let reason = record.reason { text += ": \(reason)" }
    return Console.escaped(text) + "\n"
  }

  func finish() throws {
    if json {
      try Console.printOrEnd(Summary(passed: passed, failed: failed, skipped: skipped).jsonLine())
    }
    Console.write("\(passed) passed, \(failed) failed, \(skipped) skipped\n", to: STDERR_FILENO)
    if failed > 0 { throw ExitCode(1) }
  }
}
