import Glibc
import Testing
import Thumbnails

/// `farm conform`: what keeps to the wire format passes, and each way to break it is named.
@Suite struct ConformTests {
  private func conform(_ options: [String], _ command: [BytePath]) -> Finished {
    Command(arguments: [farmPath, "conform"] + options.map { BytePath($0) } + ["--"] + command)
      .run()
  }

  private func failures(_ run: Finished) -> [Substring] {
    run.outputLines.filter { $0.hasPrefix("FAIL") }
  }

  @Test func `the example in C conforms`() throws {
    guard let worker = Workers.squareInC else { return }
    let run = conform([], [worker])
    #expect(run.status == 0, "\(run)")
    #expect(run.errorText == "15 passed, 0 failed, 1 skipped\n", "\(run)")
    let tree = Tree()
    let input = tree.write("seven", [7, 0, 0, 0, 0, 0, 0, 0])
    let squares = conform(["--job-type", "Square", "--input", "@\(input)"], [worker])
    #expect(squares.status == 0, "\(squares)")
    #expect(squares.errorText == "14 passed, 0 failed, 2 skipped\n", "\(squares)")
  }

  @Test func `the example in Python conforms`() {
    guard let python = Workers.python else { return }
    let run = conform(
      ["--timeout", "60"], [BytePath(python), Workers.directory.appending("square.py")])
    #expect(run.status == 0, "\(run)")
    #expect(run.errorText == "15 passed, 0 failed, 1 skipped\n", "\(run)")
  }

  @Test func `the library's own worker conforms, with its progress page`() {
    let run = conform([], [farmPath, "worker"])
    #expect(run.status == 0, "\(run)")
    #expect(run.outputText.contains("ok    page"), "\(run)")
    #expect(run.errorText == "14 passed, 0 failed, 2 skipped\n", "\(run)")
  }

  /// How `violating.py` breaks the format, the check that finds it, and what it says.
  private static let violations: [(way: String, check: String, words: String)] = [
    ("no-hello", "hello", "expected a hello as the first frame, got nothing within"),
    ("wrong-magic", "hello", "got 46 52 41 46 (\"FRAF\")"),
    ("short-hello", "hello", "expected a hello of at least 16 bytes"),
    ("old-version", "hello", "expected version 1, got version 0"),
    ("pools-hello", "hello", "without flag 2"),
    ("answer-first", "hello", "expected a hello (kind 1) first, got a frame of kind 4"),
    ("prints", "answers", "(\"job "),
    ("unknown-kind", "answers", "an unexpected frame of kind 9"),
    ("wrong-id", "answers", "which was never sent"),
    ("short-id", "answers", "got an answer to job 0x5, which was never sent"),
    ("twice", "answers", "got a second answer to job"),
    ("silent", "answers", "expected the answer to job 0x8000000100000005, got nothing within"),
    ("wrong-length", "answers", "got only the beginning of a frame"),
    ("half-frame", "answers", "its output's end within a frame"),
    ("over-limit", "limit", "expected payloads of at most 999 bytes"),
    ("dies-at-unknown", "unknown-type", "got its end: exited with status 1"),
    ("echoes-unknown", "unknown-type", "expected a failure of reason 4"),
    ("dies-at-memory", "memory", "got its end: exited with status 1: a frame of kind 6"),
    ("dies-at-garbage", "garbage", "got its end: exited with status 1: UnicodeDecodeError"),
    ("first-name", "declare", "now that the number stands for another type"),
    (
      "lingers", "end",
      "expected the end of its output after the end of its input, got nothing within"
    ),
    ("exits-1", "end", "expected exit with status 0"),
    ("out-of-order", "order", "which came later"),
    ("last-only", "order", "which came later"),
    ("no-texts", "unknown-type", "an end before the length of its type"),
    ("long-text", "unknown-type", "a description of 16385 bytes"),
    ("reason-9", "unknown-type", "expected a failure's reason from 1 to 5, got reason 9"),
    ("whole-reads", "bytewise", "got its end: exited with status 1: struct.error"),
    ("dies-after-failure", "goes-on", "got its end: exited with status 1: that was too much"),
    ("no-page", "page", "got 0 all the time"),
    ("page-stays", "page", "expected 0 on the page after a job"),
    ("answers-half", "end-in-frame", "expected no answer to a job of which"),
    ("hello-tail", "hello-tail", "unpack requires a buffer of 16 bytes"),
  ]

  /// Those that fall silent take the whole time in each check, so it's short for them; what is answered at once
  /// elsewhere must not be taken for silence on a busy machine.
  private static let silent: Set<String> = [
    "no-hello", "silent", "wrong-length", "lingers", "no-page",
  ]

  @Test(arguments: violations)
  func `a violation is found and named`(way: String, check: String, words: String) {
    guard let python = Workers.python else { return }
    let worker = [BytePath(python), Workers.directory.appending("violating.py"), BytePath(way)]
    let run = conform(["--timeout", Self.silent.contains(way) ? "2" : "20"], worker)
    #expect(run.status == 1, "\(run)")
    let name = check + String(repeating: " ", count: 16 - check.count)
    let line = failures(run).first { $0.hasPrefix("FAIL  \(name)") }
    #expect(line?.contains(words) == true, "\(run)")
  }

  @Test func `the worker that the violations are planted in conforms without them`() {
    guard let python = Workers.python else { return }
    let run = conform(
      ["--timeout", "30"],
      [BytePath(python), Workers.directory.appending("violating.py"), "conforms"])
    #expect(run.status == 0, "\(run)")
    #expect(failures(run).isEmpty)
  }

  @Test func `a program that isn't a worker is told by its first bytes`() {
    let run = conform(["--timeout", "20"], ["echo", "hello, world, how are you"])
    #expect(run.status == 1, "\(run)")
    #expect(run.outputLines.count == 1)
    #expect(run.outputText.contains("expected a hello as the first frame"), "\(run)")
    #expect(run.outputText.contains("68 65 6c 6c 6f"), "\(run)")
  }

  @Test func `a type that was named has to be served`() {
    guard let worker = Workers.squareInC else { return }
    let run = conform(["--job-type", "Cube"], [worker])
    #expect(run.status == 1, "\(run)")
    #expect(
      failures(run).contains { $0.contains("expected a worker that serves 'Cube'") }, "\(run)")
  }

  @Test func `--json has a record for each check`() throws {
    guard let worker = Workers.squareInC else { return }
    let run = conform(["--json"], [worker])
    let records = try run.fieldNames
    #expect(records.count == 17)
    #expect(records.allSatisfy { $0.contains("schemaVersion") && $0.contains("type") })
    #expect(run.outputLines.last?.contains(#""passed":15"#) == true, "\(run)")
  }
}
