import Testing
import Thumbnails

/// What a run tells, on which stream.
@Suite struct ReportTests {
  /// What every record for a picture has.
  private let common: Set = [
    "schemaVersion", "type", "index", "status", "source", "milliseconds", "attempts",
  ]

  @Test func `each kind of JSON record has its fields`() throws {
    let tree = Tree()
    tree.write("in/a.jpg", Pictures.jpeg(400, 300))
    tree.write("in/b.jpg", [])
    let run = farm("thumbs", "--json", tree["in"], "-o", tree["out"])
    #expect(run.status == 1)
    #expect(
      try run.fieldNames == [
        common.union(["output", "original", "thumbnail", "thumbnails", "warnings"]),
        common.union(["error"]),
        [
          "schemaVersion", "type", "version", "made", "upToDate", "due", "failed", "quarantined",
          "cancelled", "fromPreviews", "withWarnings", "otherFiles", "links", "seconds", "sandbox",
          "arguments",
        ],
      ])
    let records = try run.records
    #expect(records.allSatisfy { $0.schemaVersion == 1 })
    #expect(records.map(\.type) == ["picture", "picture", "summary"])
    #expect(records.map(\.status) == ["made", "failed", nil])
    #expect(records.map(\.index) == [0, 1, nil])
    #expect(records[0].source == "\(tree["in/a.jpg"])")
    #expect(records[0].output == "\(tree["out/a.jpg.jpg"])")
    let size = tree.bytes("in/a.jpg").count
    #expect(records[0].original == Record.Picture(width: 400, height: 300, bytes: size))
    let made = tree.bytes("out/a.jpg.jpg").count
    #expect(records[0].thumbnail == Record.Picture(width: 256, height: 192, bytes: made))
    #expect(records[0].attempts == 1)
    #expect(records[1].error?.kind == "empty")
    #expect(records[1].error?.message == "empty file")

    let again = farm("thumbs", "--json", tree["in/a.jpg"], "-o", tree["out"])
    #expect(try again.fieldNames.first == common.union(["output", "thumbnails"]))
    #expect(try again.pictures.map(\.output) == ["\(tree["out/a.jpg.jpg"])"])
    let dry = farm("thumbs", "--json", "-n", "--size", "9", tree["in/a.jpg"], "-o", tree["out"])
    #expect(try dry.fieldNames.first == common.union(["thumbnails"]))
    #expect(try dry.pictures.map(\.status) == ["due"])
  }

  @Test func `the summary counts everything`() throws {
    let tree = Tree()
    for seed in 0..<5 { tree.write(BytePath("\(seed).jpg"), Pictures.jpeg(seed: seed)) }
    #expect(farm("thumbs", tree.path).status == 0)
    for name: BytePath in ["new1.jpg", "new2.jpg"] { tree.write(name, Pictures.jpeg()) }
    tree.write("bad.jpg", [])
    tree.write("notes.txt", Array("x".utf8))
    tree.write("more.txt", Array("x".utf8))
    tree.link("link", to: "bad.jpg")
    let run = farm("thumbs", "--json", tree.path)
    #expect(run.status == 1)
    let summary = try #require(try run.summary)
    #expect(summary.made == 2)
    #expect(summary.upToDate == 5)
    #expect(summary.failed == 1)
    #expect(summary.due == 0)
    #expect(summary.cancelled == 0)
    #expect(summary.otherFiles == 2)
    #expect(summary.links == 1)
    let text = "2 done, 1 failed, 8 skipped (5 up to date, 2 other files, 1 link) in "
    #expect(run.errorLines.last?.hasPrefix(text) == true, "\(run)")
  }

  @Test func `--quiet leaves failures alone`() throws {
    let tree = Tree()
    tree.write("a.jpg", Pictures.jpeg())
    let silent = farm("thumbs", "--quiet", tree.path)
    #expect(silent.status == 0)
    #expect(silent.errors.isEmpty && silent.output.isEmpty, "\(silent)")
    tree.write("b.jpg", [])
    let failing = farm("thumbs", "--quiet", tree.path)
    #expect(failing.status == 1)
    #expect(failing.errorText == "\(tree["b.jpg"]): empty file\n")
    let json = farm("thumbs", "--quiet", "--json", tree.path)
    #expect(json.outputLines.count == 3)
    #expect(json.errorText == "\(tree["b.jpg"]): empty file\n")
  }

  @Test func `a pipe gets no bar unless it's asked for`() throws {
    let tree = Tree()
    for seed in 0..<9 { tree.write(BytePath("\(seed).jpg"), Pictures.jpeg(seed: seed)) }
    for options: [BytePath] in [[], ["--progress", "auto"], ["--progress", "never"]] {
      let run = Command(arguments: [farmPath, "thumbs", "--force", tree.path] + options).run()
      #expect(run.errorLines.count == 1, "\(run)")
      #expect(!run.errors.contains(0x1B) && !run.errors.contains(0x0D), "\(run)")
    }
    let run = farm("thumbs", "--force", "--progress", "always", tree.path)
    #expect(run.errors.contains(0x0D), "\(run)")
    #expect(run.errorLines.last.map { Terminal.shown($0) }?.hasPrefix("9 done, 0 failed") == true)
  }

  @Test(arguments: [[:], ["NO_COLOR": "1"]])
  func `a terminal's last line is whole, and failures stand above the bar`(
    environment: [String: String]
  ) throws {
    let tree = Tree()
    for seed in 0..<60 { tree.write(BytePath("\(seed).jpg"), Pictures.jpeg(90, 90, seed: seed)) }
    tree.write("33-bad.jpg", [])
    let terminal = try #require(
      Terminal([farmPath, "thumbs", "-j2", "-s16", tree.path], environment: environment))
    #expect(terminal.wait().status == 1)
    let (text, lines) = (terminal.text, terminal.lines)
    #expect(lines.contains("\(tree["33-bad.jpg"]): empty file"), "\(lines)")
    #expect(lines.last?.hasPrefix("60 done, 1 failed, 0 skipped in ") == true, "\(lines)")
    #expect(lines.count == 2, "\(lines)")
    #expect(text.contains("/s"))
    #expect(!text.contains("\u{1B}[3"))
  }

  @Test(arguments: [("never", "xterm"), ("auto", "dumb")])
  func `a terminal is left alone if that's asked for, or all it can do`(
    progress: String, type: String
  ) throws {
    let tree = Tree()
    tree.write("a.jpg", Pictures.jpeg())
    let terminal = try #require(
      Terminal(
        [farmPath, "thumbs", "--progress", BytePath(progress), tree.path],
        environment: ["TERM": type]))
    #expect(terminal.wait().status == 0)
    let text = terminal.text
    #expect(text.hasPrefix("1 done, 0 failed, 0 skipped in "))
    #expect(!text.contains("\u{1B}"))
  }
}
