import Glibc
import Testing
import Thumbnails

/// `farm map --worker`: workers in other languages, over records.
@Suite struct MapWorkerTests {
  @Test func `bytes go through as they are, in order`() throws {
    guard let worker = Workers.squareInC else { return }
    var input: [UInt8] = []
    for number in 0..<20_000 {
      // Any byte but the separator, also what isn't UTF-8.
      input +=
        Array("\(number) ".utf8)
        + (0..<(number % 7)).map { UInt8(truncatingIfNeeded: number * 31 + $0 * 57) }
        .filter { $0 != 10 } + [10]
    }
    let run = FarmCommandTests.run(
      [farmPath, "map", "-j2", "--worker", worker, "--job-type", "echo"], input: input)
    #expect(run.status == 0, "\(run.errorText)")
    #expect(run.output == input)
    #expect(run.errorText.hasPrefix("20000 done, 0 failed, 0 skipped"), "\(run.errorText)")
  }

  @Test func `zero-separated records come out zero-separated`() {
    guard let worker = Workers.squareInC else { return }
    let input = Array("a\nb\0\0c".utf8)
    let run = FarmCommandTests.run(
      [farmPath, "map", "-0", "--worker", worker, "--job-type", "echo"], input: input)
    #expect(run.output == input + [0], "\(run)")
  }

  @Test func `a worker's failures are its records', by name`() {
    guard let worker = Workers.python("square.py") else { return }
    let run = map(
      "-j2", "--worker", BytePath(worker), "--job-type", "Square",
      input: "\0\0\0\0\u{1}\0\0\0\nshort\n\u{2}\0\0\0\0\0\0\0\n")
    #expect(run.status == 1, "\(run)")
    #expect(run.output == [4, 0, 0, 0, 0, 0, 0, 0, 10], "\(run)")
    #expect(run.errorText.contains("too large"), "\(run)")
    #expect(run.errorText.contains("record 2 (short): worker can't decode the input"), "\(run)")
  }

  @Test func `a type that isn't served is said of each record`() {
    guard let worker = Workers.python("square.py") else { return }
    let run = map("--worker", BytePath(worker), input: "a\n")
    #expect(run.status == 1)
    #expect(run.errorText.contains("worker doesn't serve jobs of type record"), "\(run)")
  }

  @Test func `JSON in, JSON out, a record each`() throws {
    guard let worker = Workers.squareInC else { return }
    let run = map(
      "--json", "--worker", worker, "--job-type", "echo",
      input: #"{"a": [1, 2.5e3, null]}"# + "\n\"\\u00e9\"\n{a}\n 7 \n")
    #expect(run.status == 1, "\(run)")
    let lines = run.outputLines
    try #require(lines.count == 5, "\(run)")
    #expect(
      lines[0].contains(
        #""index":0,"status":"done","input":{"a": [1, 2.5e3, null]},"output":{"a": [1, 2.5e3, null]},"attempts":1,"milliseconds":"#
      ))
    #expect(lines[1].contains(#""index":1,"status":"done","input":"\u00e9","output":"\u00e9","#))
    #expect(
      lines[2].contains(
        #""status":"failed","error":{"kind":"badRecord","message":"not JSON: unexpected byte at 2"},"input":"{a}""#
      ))
    #expect(lines[3].contains(#""index":3,"status":"done","input": 7 ,"output": 7 ,"#))
    #expect(lines[4].hasPrefix(#"{"schemaVersion":1,"type":"summary""#))
    #expect(lines[4].contains(#""done":3,"failed":1,"skipped":0,"cancelled":0,"#))
    for names in try run.fieldNames { #expect(names.contains("schemaVersion")) }
  }

  @Test func `a worker that doesn't answer in JSON fails in --json`() {
    guard let python = Workers.python else { return }
    let tree = Tree()
    let example = String(
      decoding: contents(of: Workers.directory.appending("square.py")), as: UTF8.self)
    let bent = example.replacing(
      #""echo": bytes"#, with: #""echo": lambda payload: b"<" + payload"#)
    let worker = tree.write("bent.py", Array(bent.utf8))
    let run = map(
      "--json", "--worker", BytePath("\(python) \(worker)"), "--job-type", "echo", input: "12\n")
    #expect(run.status == 1, "\(run)")
    #expect(run.outputText.contains(#""kind":"undecodableOutput""#), "\(run)")
    #expect(run.errorText.contains("not JSON"), "\(run)")
  }

  @Test func `a program's streams and status stand in its JSON record`() throws {
    let script = #"printf 'out \377'; echo "$1" >&2; exit 4"#
    let run = map("--json", "--", "sh", "-c", BytePath(script), "sh", input: "\"q\"\n")
    #expect(run.status == 1)
    let line = try #require(run.outputLines.first)
    #expect(
      line.contains(#""outputBase64":"b3V0IP8=","stderr":"\"q\"\n","exitStatus":4"#), "\(run)")
    #expect(run.errorText.hasPrefix("record 1 (\"q\"): exited with status 4\n"), "\(run)")
  }

  @Test(arguments: [
    (#"PYTHON 'FILE'"#, false), (#"PYTHON "FILE""#, false),
    (#"exec PYTHON FILE 2>&1 2>/dev/null"#, true),
    (#"X=FILE; exec PYTHON $X"#, true), ("  PYTHON\tFILE ", false),
  ]) func `a command is taken as a shell takes it`(command: String, needsShell: Bool) throws {
    guard let python = Workers.python else { return }
    let text = command.replacing("PYTHON", with: python)
      .replacing("FILE", with: "\(Workers.directory.appending("square.py"))")
    let run = map("--worker", BytePath(text), "--job-type", "echo", input: "a\nb\n")
    #expect(run.status == 0, "\(run)")
    #expect(run.outputText == "a\nb\n")
  }

  @Test func `a worker that dies costs its record alone`() {
    guard let worker = Workers.python("violating.py") else { return }
    // It dies of what isn't UTF-8, in each attempt.
    let run = FarmCommandTests.run(
      [
        farmPath, "map", "-j2", "--worker", BytePath(worker + " dies-at-garbage"), "--job-type",
        "echo",
      ], input: Array("a\n".utf8) + [0xFF, 10] + Array("c\n".utf8))
    #expect(run.status == 1, "\(run)")
    #expect(run.outputText == "a\nc\n", "\(run)")
    #expect(run.errorText.contains(#"record 2 (\xFF): worker exited with status 1"#), "\(run)")
  }

  @Test func `no worker at all is status 3`() {
    let run = map("-j2", "--worker", "false", input: "a\nb\n")
    #expect(run.status == 3, "\(run)")
    #expect(run.errorText.contains("farm: gave up after"), "\(run)")
    #expect(run.output.isEmpty)
  }
}
