import Glibc
import Testing
import Thumbnails

/// `farm map -- program`: a program for each record.
@Suite struct MapTests {
  @Test func `results come in the order of the records, whichever is done first`() {
    let run = map(
      "-j4", "--", "sh", "-c", "sleep 0.$1; echo $1", "sh", "{}", input: "5\n3\n4\n0\n1\n")
    #expect(run.status == 0, "\(run)")
    #expect(run.outputText == "5\n3\n4\n0\n1\n")
    #expect(run.errorText.hasPrefix("5 done, 0 failed, 0 skipped in "))
  }

  @Test func `unordered results come as they're ready, each once`() {
    let run = map(
      "-j2", "--unordered", "--", "sh", "-c", "[ $1 = 1 ] && sleep 3; echo $1", "sh",
      input: "1\n2\n3\n")
    #expect(run.status == 0, "\(run)")
    #expect(run.outputLines == ["2", "3", "1"], "\(run)")
  }

  @Test(arguments: [
    ("{}", "dir/a.tar.gz"), ("{.}", "dir/a.tar"), ("{/}", "a.tar.gz"), ("{//}", "dir"),
    ("{/.}", "a.tar"), ("{#}", "1"), ("<{}|{#}>", "<dir/a.tar.gz|1>"), ("{x}", "{x} dir/a.tar.gz"),
    ("", " dir/a.tar.gz"),
  ]) func `places in the words are filled`(word: String, expected: String) {
    let run = map("--", "echo", BytePath(word), input: "dir/a.tar.gz\n")
    #expect(run.outputText == expected + "\n", "\(run)")
  }

  @Test func `a program's name may depend on the record`() {
    let run = map("--", "{}", "word", input: "echo\nno-such-program\n")
    #expect(run.status == 1)
    #expect(run.outputText == "word\n", "\(run)")
    #expect(run.errorText.contains("record 2 (no-such-program): there's no program"), "\(run)")
  }

  @Test func `no shell looks at a record`() {
    let run = map("--", "printf", #"%s\n"#, input: "$(date) `id` * ; 'x' \"y\" \\\n")
    #expect(run.outputText == "$(date) `id` * ; 'x' \"y\" \\\n", "\(run)")
  }

  @Test func `outputs aren't mixed, and complaints stay together`() {
    let script = "for i in 1 2 3; do echo $1 >&2; echo $1; sleep 0.05; done"
    let run = map("-j3", "--", "sh", "-c", BytePath(script), "sh", input: "a\nb\nc\n")
    #expect(run.outputText == "a\na\na\nb\nb\nb\nc\nc\nc\n", "\(run)")
    #expect(run.errorText.hasPrefix("a\na\na\nb\nb\nb\nc\nc\nc\n"), "\(run)")
  }

  @Test func `a status or signal is a failure of its record alone, named and escaped`() {
    let script = "case $1 in b*) exit 3;; c) kill -9 $$;; esac; echo $1"
    let run = map("-j2", "--", "sh", "-c", BytePath(script), "sh", input: "a\nb\u{1B}[2J\nc\nd\n")
    #expect(run.status == 1, "\(run)")
    #expect(run.outputText == "a\nd\n")
    #expect(run.errorText.contains(#"record 2 (b\x1B[2J): exited with status 3"#), "\(run)")
    #expect(run.errorText.contains("record 3 (c): killed by SIGKILL"), "\(run)")
    #expect(run.errorLines.last?.hasPrefix("2 done, 2 failed, 0 skipped") == true)
  }

  @Test func `records between zero bytes may hold anything else`() {
    let run = FarmCommandTests.run(
      [farmPath, "map", "-0", "--", "printf", "<%s>"],
      input: Array("a\nb\0\0c".utf8) + [0xFF, 0xFE, 0])
    #expect(run.status == 0, "\(run)")
    #expect(run.output == Array("<a\nb><><c".utf8) + [0xFF, 0xFE] + Array(">".utf8))
  }

  @Test func `a zero byte in a line can't be an argument, but can be read`() {
    let input: [UInt8] = [65, 0, 66, 10]
    let refused = FarmCommandTests.run([farmPath, "map", "--", "echo"], input: input)
    #expect(refused.status == 1)
    #expect(refused.errorText.contains("zero byte"), "\(refused)")
    let piped = FarmCommandTests.run([farmPath, "map", "--pipe", "--", "cat"], input: input)
    #expect(piped.status == 0)
    #expect(piped.output == input)
  }

  @Test func `--pipe gives each record on standard input, also where nobody reads`() {
    #expect(map("--pipe", "--", "wc", "-lc", input: "a\nbcd\n").outputLines.count == 2)
    #expect(map("--pipe", "-0", "--", "cat", input: "ab\0c").outputText == "abc")
    let long = String(repeating: "x", count: 1 << 20)
    let unread = map("--pipe", "--", "true", input: long)
    #expect(unread.status == 0, "\(unread.errorText)")
    let read = map("--pipe", "--", "wc", "-c", input: long)
    #expect(read.outputText == "\((1 << 20) + 1)\n")
  }

  @Test func `a program has no standard input otherwise`() {
    #expect(map("--", "sh", "-c", "cat; echo $1", "sh", input: "a\nb\n").outputText == "a\nb\n")
  }

  @Test func `an empty input is nothing to do`() {
    let run = map("--", "echo", input: "")
    #expect(run.status == 0)
    #expect(run.output.isEmpty)
    #expect(run.errorText.hasPrefix("0 done, 0 failed, 0 skipped"))
    #expect(map("--quiet", "--", "echo", input: "").errors.isEmpty)
  }

  @Test func `a time limit kills the program and all it has started`() {
    let mark = "31536\(getpid() % 1000)"
    let run = map(
      "-j2", "--timeout", "1", "--", "sh", "-c", BytePath("[ $1 = b ] && sleep \(mark); echo $1"),
      "sh",
      input: "a\nb\nc\n")
    #expect(run.status == 1, "\(run)")
    #expect(run.outputText == "a\nc\n")
    #expect(run.errorText.contains("record 2 (b): timed out after 1 s"), "\(run)")
    #expect(eventually { Processes.withArgument(mark).isEmpty })
  }

  @Test func `what a program leaves in the background isn't waited for`() {
    let run = map("--", "sh", "-c", "sleep 1000 & echo $1", "sh", input: "a\n")
    #expect(run.outputText == "a\n", "\(run)")
  }

  @Test func `a flood is cut off and the program named`() {
    let run = map("-j2", "--", "sh", "-c", "[ $1 = a ] && yes; echo $1", "sh", input: "a\nb\n")
    #expect(run.status == 1)
    #expect(run.outputText == "b\n")
    #expect(run.errorText.contains("record 1 (a): wrote more than 28 MiB"), "\(run)")
  }

  @Test func `--dry-run prints the commands and runs none`() {
    let run = map("-n", "--", "touch", "{}", "{#}", input: "/nowhere/a b\nit's\n")
    #expect(run.status == 0, "\(run)")
    #expect(run.outputText == "touch '/nowhere/a b' 1\ntouch 'it'\\''s' 2\n")
    #expect(run.errors.isEmpty)
  }
}
