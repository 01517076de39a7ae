import Glibc
import Testing
import Thumbnails

/// `farm map`'s options for failures, and its log.
@Suite struct MapPolicyTests {
  /// Fails until it has been run so often.
  private static func failing(until count: Int) -> BytePath {
    BytePath(#"echo x >> "$1"; [ "$(wc -l < "$1")" -ge \#(count) ]"#)
  }

  @Test(arguments: [(0, 1), (1, 1), (2, 0), (5, 0)])
  func `--retries begins a failed record again`(retries: Int, status: Int32) {
    let tree = Tree()
    let run = map(
      "--retries", BytePath("\(retries)"), "--", "sh", "-c", Self.failing(until: 3), "sh",
      input: "\(tree["count"])\n")
    #expect(run.status == status, "\(run)")
    #expect(tree.bytes("count").count == 2 * min(retries + 1, 3))
  }

  @Test func `--retries holds for deaths of workers as well`() {
    guard let worker = Workers.python("violating.py") else { return }
    let run = FarmCommandTests.run(
      [
        farmPath, "map", "-j1", "--json", "--retries", "3", "--worker",
        BytePath(worker + " dies-at-garbage"), "--job-type", "echo",
      ], input: Array("\"\u{E9}\"\n".utf8))
    #expect(run.status == 0, "\(run)")
    let dying = map(
      "-j1", "--json", "--retries", "3", "--worker", BytePath(worker + " half-frame"), "--job-type",
      "echo", input: "1\n")
    #expect(dying.status == 1, "\(dying)")
    #expect(dying.outputText.contains(#""attempts":4"#), "\(dying)")
  }

  @Test func `--halt soon begins nothing more and lets the rest end`() {
    let script = "[ $1 = 1 ] && exit 1; sleep 1; echo $1"
    let run = map(
      "-j2", "--halt", "soon", "--", "sh", "-c", BytePath(script), "sh", input: "1\n2\n3\n4\n5\n")
    #expect(run.status == 1, "\(run)")
    #expect(run.outputText == "2\n", "\(run)")
  }

  @Test func `--halt now kills the rest`() {
    let mark = "71536\(getpid() % 1000)"
    let script = BytePath("[ $1 = 1 ] && { sleep 0.5; exit 1; }; sleep \(mark)")
    let run = map("-j2", "--halt", "now", "--", "sh", "-c", script, "sh", input: "1\n2\n3\n")
    #expect(run.status == 1, "\(run)")
    #expect(run.errorText.contains("1 failed, 0 skipped, 1 not begun or not finished"), "\(run)")
    #expect(eventually { Processes.withArgument(mark).isEmpty })
  }

  private func log(_ tree: Tree) -> [[Substring]] {
    String(decoding: tree.bytes("log"), as: UTF8.self).split(separator: "\n").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false)
    }
  }

  @Test func `the log has a line for each record that was printed`() throws {
    let tree = Tree()
    let run = map(
      "--joblog", tree["log"], "--", "sh", "-c", "[ $1 != b ]", "sh", input: "a\nb\nc\n")
    #expect(run.status == 1)
    let lines = log(tree)
    try #require(lines.count == 4)
    #expect(lines[0] == ["seq", "hash", "end", "seconds", "attempts", "pid", "status", "reason"])
    #expect(lines.dropFirst().map { $0[0] } == ["1", "2", "3"])
    #expect(lines.dropFirst().map { $0[6] } == ["done", "failed", "done"])
    #expect(lines[2][7] == "exited with status 1")
    // FNV-1a of "a".
    #expect(lines[1][1] == "af63dc4c8601ec8c")
  }

  @Test func `a later run does what is missing, changed, or failed if asked`() {
    let tree = Tree()
    let script = BytePath("echo $1; [ $1 != b ] || [ -e \(tree["well"]) ]")
    func run(_ options: BytePath..., input: String) -> Finished {
      let arguments = [farmPath, "map", "--joblog", tree["log"]] + options
      return FarmCommandTests.run(
        arguments + ["--", "sh", "-c", script, "sh"], input: Array(input.utf8))
    }
    #expect(run(input: "a\nb\n").outputText == "a\nb\n")
    let refused = run(input: "a\nb\n")
    #expect(refused.status == 2, "\(refused)")
    #expect(refused.errorText.contains("--resume"))
    let resumed = run("--resume", input: "a\nb\nc\n")
    #expect(resumed.outputText == "c\n", "\(resumed)")
    #expect(resumed.errorText.contains("1 done, 0 failed, 2 skipped"), "\(resumed)")
    tree.write("well", [])
    #expect(run("--resume-failed", input: "a\nb\nc\n").outputText == "b\n")
    #expect(run("--resume-failed", input: "a\nb\nc\n").outputText.isEmpty)
    let changed = run("--resume", input: "a\nX\nc\n")
    #expect(changed.outputText == "X\n", "\(changed)")
    #expect(changed.errorText.contains("1 done again because"), "\(changed)")
  }

  @Test func `a log cut short by a crash is gone on with`() {
    let tree = Tree()
    _ = map("--joblog", tree["log"], "--", "echo", input: "a\nb\nc\n")
    let bytes = tree.bytes("log")
    tree.write("log", Array(bytes.dropLast(5)))
    let run = map("--joblog", tree["log"], "--resume", "--", "echo", input: "a\nb\nc\n")
    #expect(run.status == 0, "\(run)")
    #expect(run.outputText == "c\n")
    #expect(log(tree).count == 4)
  }

  @Test func `a killed run loses nothing that it printed`() {
    let tree = Tree()
    let feed = Feed()
    let running = Command(
      arguments: [farmPath, "map", "--joblog", tree["log"], "--", "echo"], input: feed.reader
    ).start()
    for word in ["a", "b"] { feed.say(word + "\n") }
    #expect(eventually { log(tree).count == 3 })
    running.send(SIGKILL)
    #expect(running.wait().outputText == "a\nb\n")
    let rest = map("--joblog", tree["log"], "--resume", "--", "echo", input: "a\nb\nc\n")
    #expect(rest.outputText == "c\n", "\(rest)")
  }

  @Test func `what isn't a log is left alone`() {
    let tree = Tree()
    tree.write("log", Array("dear diary\n".utf8))
    let run = map("--joblog", tree["log"], "--resume", "--", "echo", input: "a\n")
    #expect(run.status == 2, "\(run)")
    #expect(run.errorText.contains("line 1 isn't a job log's"), "\(run)")
    #expect(tree.bytes("log") == Array("dear diary\n".utf8))
  }

  @Test(arguments: [
    (["map"], "Say what to run"), (["map", "--worker", "true", "--", "true"], "don't go together"),
    (["map", "--worker", "no-such-program"], "there's no program 'no-such-program'"),
    (["map", "--worker", "'true"], "is open"), (["map", "--worker", ""], "the command is empty"),
    (["map", "--", "no-such-program"], "there's no program 'no-such-program'"),
    (["map", "--", "/etc/passwd"], "/etc/passwd: Permission denied"),
    (["map", "--", "/no/such"], "/no/such: No such file or directory"),
    (["map", "-0", "--json", "--", "true"], "--null and --json"),
    (["map", "--resume", "--", "true"], "needs --joblog"),
    (["map", "--joblog", "/no/such/log", "--", "true"], "/no/such/log: No such file"),
    (["map", "--job-type", "x", "--", "true"], "--job-type"),
    (["map", "--pipe", "--worker", "true"], "--pipe"),
    (["map", "echo"], "farm map [options] -- program"),
    (["map", "--retries", "-1", "--", "true"], "--retries"),
    (["map", "--halt", "later", "--", "true"], "--halt"), (["map", "-j0", "--", "true"], "-j"),
    (["conform"], "Say what to check"),
    (["conform", "--", "no-such-program"], "there's no program"),
    (["conform", "--input", "@/no/such", "--", "true"], "/no/such: No such file"),
  ]) func `what can't be done is said before anything is begun`(arguments: [String], words: String)
  {
    let run = FarmCommandTests.run(
      [farmPath] + arguments.map { BytePath($0) }, input: Array("a\n".utf8))
    #expect(run.status == 2, "\(run)")
    #expect(run.output.isEmpty, "\(run)")
    #expect(run.errorText.contains(words), "\(run)")
  }
}
