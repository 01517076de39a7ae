import Testing
import Thumbnails

/// A command line that asks for something that can't be done: said before anything is begun.
@Suite struct UsageTests {
  static let wrongValues: [(option: String, values: [String])] = [
    ("--jobs", ["0", "-5", "1025", "many", "", "0%", "-10%", "%", "1.5", "99999999999999999999"]),
    ("--procs", ["0", "-5", "two"]),
    ("-j", ["0", "-1", "x"]),
    (
      "--size",
      [
        "0", "-1", "0x10", "10x0", "100000x100000", "65501", "x", "", "12y", "1x2x3", "+5", "9.5",
        "256,", ",256", "256,,128", "256 128", "256,big",
      ]
    ),
    ("--fit", ["fill", "Cover", ""]),
    ("--gravity", ["up", "centre", ""]),
    ("--dpr", ["0", "0.4", "11", "-1", "2x", "1.234", "1,", "", "two"]),
    ("--subsampling", ["4:2:2", "420", ""]),
    ("--background", ["blu", "#12345", "ffffff", "#ggg", ""]),
    ("--icc", ["srgb", "Keep", ""]),
    ("--keep", ["iptc", "exif,", "all", ""]),
    ("--placeholder", ["blurhash", "colour", "color,", ""]),
    ("--quality", ["0", "101", "-1", "good", "", "80%"]),
    ("--format", ["gif", "JPEG", ""]),
    ("--max-pixels", ["0", "-1", "M", "1.5M", "9999999999G", "", "10T"]),
    ("--memory", ["0", "-1", "0%", "101%", "much", "", "1.5G", "99999999T", "5X"]),
    ("--timeout", ["0", "-1", "soon", "", "inf", "nan", "1e99"]),
    ("--progress", ["sometimes", ""]),
  ]

  @Test(arguments: wrongValues.flatMap { row in row.values.map { (row.option, $0) } })
  func `a wrong value is refused by name, with nothing begun`(
    option: String, value: String
  ) throws {
    let tree = Tree()
    tree.write("a.jpg", Pictures.jpeg(8, 8))
    let run = farm("thumbs", BytePath(option), BytePath(value), tree.path)
    #expect(run.status == 2, "\(run)")
    #expect(run.output.isEmpty)
    #expect(run.errorLines.first?.contains("'\(value)'") == true, "\(run)")
    #expect(run.errorLines.first?.contains(option) == true, "\(run)")
    #expect(tree.names() == ["a.jpg"])
    #expect(!tree.exists("thumbs"))
  }

  @Test(arguments: [
    (["thumbs", "PICTURES", "--frobnicate"], "--frobnicate"),
    (["thumbs"], "paths"),
    (["thumbs", "PICTURES", "--size"], "--size"),
    (["frobnicate"], "there's no command 'frobnicate'; see farm --help"),
    (["frob\u{1B}nicate", "PICTURES"], #"there's no command 'frob\x1Bnicate'"#),
    (["PICTURES"], "for thumbnails of it: farm thumbs "),
    (["thumbs", "--force", "--dry-run", "PICTURES"], "--force"),
    (["thumbs", "PICTURES/not-there"], "not-there: No such file or directory"),
    (["thumbs", "PICTURES", "PICTURES/a.jpg/x"], "a.jpg/x: Not a directory"),
    (["thumbs", ""], "empty"),
    (["thumbs", "PICTURES", "-o", ""], "empty"),
    (["thumbs", "PICTURES", "-o", "PICTURES"], "--output"),
    (["thumbs", "PICTURES", "-o", "PICTURES/a.jpg"], "a.jpg: Not a directory"),
    (["thumbs", "PICTURES", "-o", "PICTURES/a.jpg/b"], "a.jpg/b: Not a directory"),
    (["thumbs", "PICTURES", "-o", "/proc/nowhere"], "/proc/nowhere: No such file or directory"),
    (["thumbs", "PICTURES", "PICTURES/", "-o", "PICTURES/out"], "out"),
    (["thumbs", "PICTURES/a.jpg", "PICTURES/sub/a.jpg", "-o", "PICTURES/out"], "a.jpg"),
  ]) func `what can't be done is named, with nothing begun`(
    arguments: [String], named: String
  ) throws {
    let tree = Tree()
    tree.write("a.jpg", Pictures.jpeg(8, 8))
    tree.write("sub/a.jpg", Pictures.jpeg(8, 8))
    let filled = arguments.map {
      BytePath($0.replacing("PICTURES", with: "\(tree.path)"))
    }
    let run = Command(arguments: [farmPath] + filled).run()
    #expect(run.status == 2, "\(run)")
    #expect(run.output.isEmpty)
    #expect(run.errorText.contains(named), "\(run)")
    #expect(tree.names() == ["a.jpg", "sub/a.jpg"])
    #expect(!tree.exists("out"))
    #expect(!tree.exists("thumbs"))
  }

  @Test func `a directory without pictures is nothing to do`() throws {
    let tree = Tree()
    tree.directory("in/empty")
    tree.write("in/notes.txt", Array("text".utf8))
    for options: [BytePath] in [[], ["-o", tree["out/put"]], ["--dry-run"], ["--json"]] {
      let run = Command(arguments: [farmPath, "thumbs", tree["in"]] + options).run()
      #expect(run.status == 2, "\(run)")
      #expect(run.output.isEmpty)
      #expect(run.errorText == "farm: \(tree["in"]): no pictures there, nothing to do\n")
      #expect(!tree.exists("in/thumbs"))
      #expect(!tree.exists("out"))
    }
  }

  @Test(arguments: [["--help"], ["-h"], ["help"], ["thumbs", "--help"], ["help", "thumbs"], []])
  func `help is asked for in the usual ways and doesn't tell of workers`(
    arguments: [String]
  ) throws {
    let run = Command(arguments: [farmPath] + arguments.map { BytePath($0) }).run()
    #expect(run.status == 0, "\(run)")
    #expect(run.errors.isEmpty)
    #expect(run.outputText.contains("thumbs"))
    #expect(run.outputText.contains("OPTIONS"))
    #expect(!run.outputText.lowercased().contains("worker  "))
    #expect(!run.outputText.contains("standard input and output"))
  }

  @Test func `help names every option`() throws {
    let help = farm("thumbs", "--help").outputText
    let options = [
      "-j", "--jobs", "--procs", "-o", "--output", "-s", "--size", "-q", "--quality", "--format",
      "--max-pixels", "--timeout", "--force", "-n", "--dry-run", "--json", "--progress", "--quiet",
      "--fit", "--gravity", "--enlarge", "--dpr", "--subsampling", "--progressive", "--background",
      "--icc", "--keep", "--use-preview", "--lenient", "--placeholder", "--sandbox", "--isolate",
      "--retry-quarantined",
    ]
    for option in options { #expect(help.contains(option), "\(option)") }
  }

  @Test func `the version is one line`() throws {
    for arguments: [BytePath] in [["--version"], ["thumbs", "--version"]] {
      let run = Command(arguments: [farmPath] + arguments).run()
      #expect(run.status == 0)
      let parts = run.outputText.dropLast().split(separator: ".")
      #expect(parts.count == 3 && parts.allSatisfy { Int($0) != nil }, "\(run)")
      #expect(run.outputText.hasSuffix("\n"))
    }
  }

  @Test func `a hidden worker serves until its input ends`() throws {
    let run = farm("worker")
    #expect(run.status == 0, "\(run)")
    #expect(!run.output.isEmpty)
  }
}
