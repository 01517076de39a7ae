import Glibc
import Testing
import Thumbnails

/// `farm replay`: one picture again, with everything told.
@Suite struct ReplayTests {
  private let tree = Tree()

  /// A run over what is in `in`, whose report lies beside it.
  private func report(_ more: BytePath..., environment: [String: String?] = [:]) -> Finished {
    let run = Command(
      arguments: [farmPath, "thumbs", "-j2", "--json", "-o", tree["out"], tree["in"]] + more,
      environment: environment
    ).run()
    tree.write("report.json", run.output)
    return run
  }

  /// With a directory for temporary files that is looked at afterwards.
  private func replay(
    _ arguments: [BytePath], environment: [String: String?] = [:]
  ) -> Finished {
    var environment = environment
    environment["TMPDIR"] = "\(tree.directory("temporary"))"
    let run = Command(
      arguments: [farmPath, "replay"] + arguments, environment: environment
    ).run()
    #expect(tree.names(in: "temporary").isEmpty, "\(run)")
    return run
  }

  /// The lines of one name.
  private func lines(_ name: String, of run: Finished) -> [String] {
    run.outputLines.filter { $0.hasPrefix(name + " ") }.map {
      String($0.dropFirst(9))
    }
  }

  private func line(_ name: String, of run: Finished) -> String {
    lines(name, of: run).joined(separator: "\n")
  }

  @Test(.needsShim, .enabled(if: Sandboxing.isPossible), arguments: 0..<3)
  func `a crash is told with signal, words, limits and sandbox, and leaves nothing`(
    naming: Int
  ) throws {
    tree.write("in/a.jpg", Pictures.jpeg(seed: 1))
    let poison = tree.write("in/poison-segv.jpg", Pictures.jpeg(seed: 2))
    let shim = Shim.environment()
    #expect(report(environment: shim).status == 1)
    let before = tree.stamps(in: "out")
    let report = tree["report.json"]
    let arguments: [[BytePath]] = [[report, "1"], [report, poison], [poison]]
    let run = replay(arguments[naming], environment: shim)
    #expect(run.status == 1 && run.errors.isEmpty, "\(run)")
    #expect(line("picture", of: run) == "\(poison)", "\(run)")
    #expect(line("options", of: run) == "the defaults")
    #expect(
      line("result", of: run) == "crashed: the worker was killed by SIGSEGV (signal 11)", "\(run)")
    #expect(line("stderr", of: run) == "about to touch what isn't there", "\(run)")
    #expect(line("sandbox", of: run).hasPrefix("try: privileges, inspection, limits, files, "))
    let limits = line("limits", of: run)
    for part in ["writable memory ", "file size 2G, descriptors 64, processes 0", "core file 0"] {
      #expect(limits.contains(part), "\(run)")
    }
    #expect(line("time", of: run).contains(" ms; processor "), "\(run)")
    #expect(line("memory", of: run).contains("M at most"), "\(run)")
    // Neither the thumbnails nor the quarantine.
    #expect(tree.stamps(in: "out") == before)
    #expect(tree.quarantine(of: "out").count == 1)
  }

  @Test(
    .needsShim,
    arguments: [
      ("exit7", "crashed: the worker exited with status 7 before it answered"),
      ("garbage", "crashed: the worker sent a "), ("sleep", "failed: timed out after 0.5 s"),
      ("flood", "made: "),
    ])
  func `what a picture does to its worker is the result`(way: String, result: String) throws {
    let poison = tree.write(BytePath("poison-\(way).jpg"), Pictures.jpeg())
    let limit: [BytePath] = way == "sleep" ? ["--timeout", "0.5"] : []
    let run = replay(
      [poison, "--sandbox", "off"] + limit, environment: Shim.environment())
    #expect(run.status == (way == "flood" ? 0 : 1), "\(run.ending)")
    #expect(line("result", of: run).hasPrefix(result), "\(line("result", of: run))")
    #expect(line("sandbox", of: run) == "off")
    if way == "flood" {
      let words = lines("stderr", of: run)
      #expect(words.first?.hasSuffix(" lines before these") == true, "\(words.first ?? "")")
      #expect(words.last?.hasPrefix(#"\x1B[31mflood\x7"#) == true)
      #expect(run.output.count < 100_000 && !run.output.contains(0x1B))
    }
  }

  @Test func `a picture that fails says why`() throws {
    tree.write("in/a.jpg", Array(Pictures.jpeg().prefix(900)))
    let message = try #require(try report().pictures.first?.error?.message)
    let run = replay([tree["report.json"], "0"])
    #expect(run.status == 1, "\(run)")
    #expect(line("result", of: run) == "failed: \(message) (truncated)", "\(run)")
    #expect(line("stderr", of: run) == "nothing")
  }

  /// Every option that decides what a thumbnail looks like, none as by default.
  private static let rich: [[BytePath]] = [
    [],
    [
      "--size", "64x64,20x30", "--dpr", "1,1.5", "--fit", "cover", "--gravity", "southeast",
      "--enlarge", "--format", "jpeg", "--background", "#123456", "--subsampling", "4:4:4",
      "--progressive", "--quality", "55", "--icc", "keep", "--keep", "exif,gps",
      "--use-preview", "--lenient", "--placeholder", "thumbhash,color", "--max-pixels", "1M",
      "--memory", "500M", "--timeout", "20",
    ],
    ["-s30", "--format", "png", "--fit", "exact", "--sandbox", "off", "--memory", "50%"],
    ["-s", "x20", "-q9", "--isolate", "--keep", "icc"],
  ]

  @Test(.enabled(if: Sandboxing.isPossible), arguments: rich)
  func `a report's picture is done as in its run, byte for byte`(options: [BytePath]) throws {
    tree.write("in/a.jpg", Pictures.jpeg(300, 200, orientation: 6))
    let name = tree.write("in/deep/\u{FC}.png", Pictures.png(200, 100))
    let run = Command(
      arguments: [farmPath, "thumbs", "--json", "-o", tree["out"], tree["in"]] + options
    ).run()
    #expect(run.status == 0, "\(run)")
    tree.write("report.json", run.output)
    for word in ["0", "1", name] {
      let again = replay([tree["report.json"], word, "-o", tree["again"]])
      #expect(again.status == 0, "\(again)")
      #expect(lines("result", of: again).allSatisfy { $0.hasPrefix("made: ") })
    }
    let flat = tree.contents(of: "out").map { (BytePath($0.name), $1) }
    #expect(tree.contents(of: "again") == Dictionary(uniqueKeysWithValues: flat))
    let arguments = try #require(try run.summary?.arguments)
    #expect(arguments.isEmpty == options.isEmpty, "\(arguments)")
    let isolated = options.contains("--isolate")
    let last = replay([tree["report.json"], "0"])
    #expect(line("limits", of: last).contains("file size 0,") == isolated, "\(last)")
    #expect((line("sandbox", of: last) == "off") == arguments.contains("--sandbox=off"))
  }

  @Test(.enabled(if: Sandboxing.isPossible))
  func `the sandbox and limits can be others than the run's, and options those of a picture alone`()
    throws
  {
    let picture = tree.write("in/a.jpg", Pictures.jpeg())
    #expect(report("--isolate", "--timeout", "5").status == 0)
    let off = replay(
      [tree["report.json"], "0", "--sandbox", "off", "--timeout", "7", "--memory", "300M"])
    #expect(off.status == 0, "\(off)")
    #expect(line("sandbox", of: off) == "off")
    #expect(
      line("options", of: off) == "--memory=314572800 --timeout=7 --sandbox=off", "\(off)")
    let alone = replay([picture, "--isolate", "--size", "16,8", "--format", "png"])
    #expect(alone.status == 0, "\(alone)")
    let results = lines("result", of: alone)
    #expect(results.count == 2 && results[0].hasPrefix("made: 16x12 of 64x48, "), "\(alone)")
    #expect(results.allSatisfy { $0.hasSuffix(", thrown away (--output keeps it)") }, "\(alone)")
    #expect(line("limits", of: alone).contains("file size 0,"), "\(alone)")
  }

  @Test func `a report that was cut short, or lacks records, still serves`() throws {
    for seed in 0..<3 { tree.write(BytePath("in/\(seed).jpg"), Pictures.jpeg(seed: seed)) }
    let run = report("-s20")
    let whole = run.outputText
    let lines = whole.split(separator: "\n", omittingEmptySubsequences: false)
    tree.write("cut.json", Array(whole.prefix(lines[0].count + lines[1].count + 30).utf8))
    let cut = replay([tree["cut.json"], "1", "--size", "30"])
    #expect(cut.status == 0, "\(cut)")
    #expect(cut.errorText.contains("no summary"), "\(cut)")
    #expect(line("result", of: cut).hasPrefix("made: 30x23 of "), "\(cut)")
    // As jq or grep leaves it.
    tree.write("few.json", Array("\(lines[2])\n\(lines[3])\n".utf8))
    let few = replay([tree["few.json"], "2"])
    #expect(line("picture", of: few) == "\(tree["in"])/2.jpg", "\(few)")
    #expect(line("result", of: few).hasPrefix("made: 20x15 of "), "\(few)")
    #expect(replay([tree["few.json"], "0"]).errorText.contains("has no picture 0; it has 1"))
  }

  @Test func `names that aren't text, and those that look like an index, can be given`() throws {
    let odd = BytePath("in/".utf8 + [0xFF, 0x0A] + Array(".jpg".utf8))
    tree.write(odd, Pictures.jpeg())
    #expect(report().status == 0)
    for word in [tree[odd], "0"] {
      let run = replay([tree["report.json"], word])
      #expect(run.status == 0, "\(run)")
      #expect(line("picture", of: run) == "\(tree["in"])/\\xFF\\n.jpg", "\(run)")
    }
    tree.write("7", Pictures.jpeg())
    let named = Command(
      arguments: [
        "/bin/sh", "-c",
        #"cd "$0" && "$1" thumbs --json ./7 >r.json && "$1" replay r.json ./7"#, tree.path,
        farmPath,
      ]
    ).run()
    #expect(named.status == 0 && named.outputText.hasPrefix("picture  ./7\n"), "\(named)")
  }

  /// Reports that aren't: what is said of them.
  private static let wrong: [(text: String, said: String)] = [
    ("", "has no picture 0; it has 0"),
    ("no JSON at all\n", "line 1: no record of farm thumbs --json"),
    ("[]\n", "line 1: no record"),
    (#"{"schemaVersion":2,"type":"picture","source":"a"}"# + "\n", "line 1: a record of schema 2"),
    (#"{"schemaVersion":1,"type":"picture"}"# + "\n", "line 1: a picture without a path"),
    (#"{"schemaVersion":1,"type":"picture","source":""}"# + "\n", "a picture without a path"),
    (
      #"{"schemaVersion":1,"type":"picture","source":"a\u0000b"}"# + "\n",
      "a picture without a path"
    ),
    (
      #"{"schemaVersion":1,"type":"picture","source":"a","sourceBase64":"%"}"# + "\n",
      "a picture without a path"
    ),
    (String(repeating: "x", count: 5 << 20), "line 1: no record of farm thumbs --json is so long"),
    (
      #"{"schemaVersion":1,"type":"picture","source":"nowhere.jpg"}"# + "\n",
      "nowhere.jpg: No such file or directory"
    ),
    (summary(#"["--size=huge"]"#), "its run's options make no sense here: "),
    (summary(#"["--fit=cover","--size=20x"]"#), "--size 20x doesn't go with --fit cover"),
    (summary(#"["--output=/etc"]"#), "--output"),
    (summary(#"["stray"]"#), "stray"),
    (summary(#"["--help"]"#), "its run's options make no sense here: "),
    (summary(#""--size=9""#), "line 2: no record of farm thumbs --json"),
  ]

  private static func summary(_ arguments: String) -> String {
    #"{"schemaVersion":1,"type":"picture","source":"PICTURE"}"# + "\n"
      + #"{"schemaVersion":1,"type":"summary","arguments":\#(arguments)}"# + "\n"
  }

  @Test(arguments: wrong.indices)
  func `a report that makes no sense is refused by name, with nothing begun`(index: Int) throws {
    let picture = tree.write("in/a.jpg", Pictures.jpeg())
    let text = Self.wrong[index].text.replacing("PICTURE", with: "\(picture)")
    tree.write("wrong.json", Array(text.utf8))
    let run = replay([tree["wrong.json"], "0"])
    #expect(run.status == 2 && run.output.isEmpty, "\(run)")
    #expect(run.errorText.contains(Self.wrong[index].said), "\(run)")
    #expect(run.errorText.count < 4000)
  }

  @Test(arguments: [
    (["IN/not-there.jpg"], "not-there.jpg: No such file or directory"),
    (["IN"], "is a directory; a replay is of one picture"),
    ([""], "empty"), ([], "report"),
    (["IN/not-there.json", "0"], "not-there.json: No such file or directory"),
    (["IN", "0"], "Is a directory"),
    (["REPORT", "1"], "has no picture 1; it has 1, with indices from 0"),
    (["REPORT", "b.jpg"], "has no picture b.jpg; it has 1"),
    (["REPORT", "99999999999999999999"], "has no picture 9999"),
    (["REPORT", "0", "extra"], "extra"),
    (["REPORT", "0", "--size", "30"], "--size=30x30 is for a picture without a report"),
    (["IN/a.jpg", "--isolate", "--sandbox", "off"], "contradict"),
    (["IN/a.jpg", "--gravity", "north"], "--gravity north needs --fit cover"),
    (["IN/a.jpg", "--sandbox", "maybe"], "--sandbox"),
    (["IN/a.jpg", "--timeout", "0"], "--timeout"),
    (["IN/a.jpg", "--memory", "much"], "--memory"),
    (["IN/a.jpg", "--memory", "1M"], "--memory 1M is too little"),
    (["IN/a.jpg", "-o", "IN/a.jpg"], "a.jpg: Not a directory"),
    (["IN/a.jpg", "-o", ""], "empty"),
  ])
  func `what can't be done is named`(arguments: [String], said: String) throws {
    tree.write("in/a.jpg", Pictures.jpeg())
    #expect(report().status == 0)
    let filled = arguments.map {
      BytePath(
        $0.replacing("IN", with: "\(tree["in"])")
          .replacing("REPORT", with: "\(tree["report.json"])"))
    }
    let run = replay(filled)
    #expect(run.status == 2 && run.output.isEmpty, "\(run)")
    #expect(run.errorText.contains(said), "\(run)")
  }

  @Test(.needsShim) func `without a worker there's a reason and status 3`() throws {
    let picture = tree.write("a.jpg", Pictures.jpeg())
    let run = replay([picture], environment: Shim.environment(["FAULT_START": "segv"]))
    #expect(run.status == 3 && run.output.isEmpty, "\(run)")
    #expect(run.errorText.contains("never said hello, and killed by SIGSEGV"), "\(run)")
  }

  @Test(.needsShim, arguments: [SIGINT, SIGTERM])
  func `a signal ends it at once, and nothing is left`(signal: Int32) throws {
    let poison = tree.write("poison-loop.jpg", Pictures.jpeg())
    var environment = Shim.environment()
    environment["TMPDIR"] = "\(tree.directory("temporary"))"
    let running = Command(
      arguments: [farmPath, "replay", poison], environment: environment
    ).start()
    #expect(eventually { !running.workers.isEmpty })
    running.send(signal)
    let run = running.wait()
    #expect(run.ending == .signalled(signal), "\(run)")
    #expect(eventually { Processes.inSession(run.session).isEmpty })
    #expect(tree.names(in: "temporary").isEmpty)
    #expect(Tree.files(tree["temporary"]).isEmpty)
  }

  @Test func `without a place for thumbnails that are thrown away it's wrong usage`() throws {
    let picture = tree.write("a.jpg", Pictures.jpeg())
    let nowhere = ["TMPDIR": "/nonexistent"]
    let run = farm("replay", picture, environment: nowhere)
    #expect(run.status == 2 && run.errorText.contains("/nonexistent: No such file"), "\(run)")
    #expect(farm("replay", picture, "-o", tree["out"], environment: nowhere).status == 0)
    #expect(tree.names(in: "out") == ["a.jpg.jpg"])
  }

  @Test func `help names every option`() throws {
    let help = farm("replay", "--help")
    #expect(help.status == 0)
    for option in [
      "<report>", "--output", "--sandbox", "--isolate", "--memory", "--timeout", "--size",
    ] {
      #expect(help.outputText.contains(option), "\(option)")
    }
  }
}
