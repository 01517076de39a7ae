import Glibc
import Testing
import Thumbnails

/// Pictures that killed their workers are remembered, and left alone by the next runs.
@Suite(.needsShim) struct PictureQuarantineTests {
  /// What stands in a picture whose bytes alone crash a worker that reads them; at its end, where no decoder looks.
  private static let venom = Array("poison-in-bytes-segv".utf8)

  private let tree = Tree()

  /// Without the sandbox, in which a worker can't do all that a test wants of it.
  private func farm(
    _ more: BytePath..., options: [BytePath] = ["--sandbox", "off"], poisonous: Bool = false
  ) -> Finished {
    Command(
      arguments: [farmPath, "thumbs", "-j2", "--json", "-o", tree["out"], tree["in"]] + options
        + more,
      environment: poisonous ? Shim.environment() : [:]
    ).run()
  }

  /// Two healthy pictures and one that does what its name says.
  private func makeTree(_ way: String = "segv") {
    tree.write("in/a.jpg", Pictures.jpeg(seed: 1))
    tree.write("in/z.jpg", Pictures.jpeg(seed: 2))
    tree.write(BytePath("in/poison-\(way).jpg"), Pictures.jpeg(seed: 3))
  }

  /// As ``makeTree(_:)``, with the run in which it happens.
  private func crash(_ way: String = "segv") throws {
    makeTree(way)
    let run = farm(poisonous: true)
    #expect(run.status == 1, "\(run)")
    try expectOthersDone(run)
    #expect(tree.quarantine(of: "out").count == 1, "\(tree.names())")
  }

  /// A picture whose worker dies of the next one before it has answered is found up to date when it's tried again.
  private func expectOthersDone(_ run: Finished) throws {
    let summary = try #require(try run.summary)
    #expect(summary.failed == 1, "\(run)")
    #expect((summary.made ?? 0) + (summary.upToDate ?? 0) == 2, "\(run)")
  }

  @Test(arguments: [
    ("segv", "SIGSEGV"), ("ill", "SIGILL"), ("abort", "SIGABRT"),
    ("exit0", "it exited with status 0"), ("garbage", "it sent a "),
  ])
  func `W2 a picture that crashed its worker twice is skipped from then on, by name`(
    way: String, reason: String
  ) throws {
    try crash(way)
    for _ in 0..<2 {
      let run = farm()
      #expect(run.status == 1, "\(run)")
      let picture = try #require(try run.pictures.first { $0.index == 1 })
      #expect(picture.status == "skipped" && picture.error?.kind == "quarantined", "\(run)")
      let message = picture.error?.message ?? ""
      #expect(message.hasPrefix("killed its worker twice (\(reason)"), "\(run)")
      #expect(message.hasSuffix("); --retry-quarantined tries again"), "\(run)")
      let named = run.errorLines.filter { $0.hasPrefix("\(tree["in"])/poison-\(way).jpg: ") }
      #expect(named.count == 1 && named[0].hasSuffix(message), "\(run)")
      #expect(
        run.errorLines.last?.hasPrefix(
          "0 done, 0 failed, 3 skipped (2 up to date, 1 quarantined) in ") == true, "\(run)")
      #expect(try run.summary?.quarantined == 1 && run.summary?.upToDate == 2)
    }
  }

  @Test(arguments: ["kill", "half", "sleep", "once-segv"])
  func `who was killed from outside, took too long or crashed once is done again`(
    way: String
  ) throws {
    makeTree(way)
    let run = Command(
      arguments: [farmPath, "thumbs", "-j2", "--json", "-o", tree["out"], tree["in"]]
        + ["--sandbox", "off", "--timeout", "2"],
      environment: Shim.environment(["FAULT_ONCE": "\(tree.directory("marks"))"])
    ).run()
    #expect(run.status == (way == "once-segv" ? 0 : 1), "\(run)")
    #expect(!tree.exists("out/.farm-quarantine"))
    let again = farm()
    #expect(again.status == 0, "\(again)")
    #expect(try again.summary?.upToDate == (way == "once-segv" ? 3 : 2))
  }

  @Test func `it is known by its content, wherever it lies and whatever it's called`() throws {
    try crash()
    tree.write("in/deep/copy.png", tree.bytes("in/poison-segv.jpg"))
    tree.rename("in/poison-segv.jpg", to: "in/holiday.jpg")
    var other = tree.bytes("in/holiday.jpg")
    other.append(0)
    tree.write("in/longer.jpg", other)
    other.removeLast()
    // As large, and no other's.
    other[other.count - 1] ^= 1
    tree.write("in/as-large.jpg", other)
    let run = farm("--lenient")
    #expect(run.status == 1, "\(run)")
    let skipped = try run.pictures.filter { $0.status == "skipped" }.compactMap(\.source)
    #expect(skipped == ["\(tree["in"])/deep/copy.png", "\(tree["in"])/holiday.jpg"], "\(run)")
    #expect(tree.exists("out/as-large.jpg.jpg") && tree.exists("out/longer.jpg.jpg"))
    // Mended in its place.
    tree.write("in/holiday.jpg", Pictures.jpeg(seed: 77))
    tree.write("in/deep/copy.png", Pictures.png())
    #expect(farm("--lenient").status == 0)
  }

  @Test func `--retry-quarantined tries again, and a picture that goes well is released`() throws {
    try crash()
    let entry = try #require(tree.quarantine(of: "out").first)
    let still = farm("--retry-quarantined", poisonous: true)
    #expect(still.status == 1, "\(still)")
    #expect(try still.pictures.first { $0.index == 1 }?.error?.kind == "crashed")
    #expect(try still.pictures.first { $0.index == 1 }?.attempts == 2)
    #expect(tree.quarantine(of: "out") == [entry])
    #expect(farm().status == 1)
    let run = farm("--retry-quarantined")
    #expect(run.status == 0, "\(run)")
    #expect(try run.summary?.made == 1 && run.summary?.quarantined == 0)
    #expect(!tree.exists("out/.farm-quarantine"))
    #expect(try farm().summary?.upToDate == 3)
  }

  @Test func `--force doesn't try it again, and a dry run names it`() throws {
    try crash()
    let forced = farm("--force")
    #expect(forced.status == 1, "\(forced)")
    #expect(try forced.summary?.made == 2 && forced.summary?.quarantined == 1)
    let dry = farm("--dry-run")
    #expect(dry.status == 1, "\(dry)")
    #expect(try dry.pictures.map(\.status) == ["upToDate", "skipped", "upToDate"])
    #expect(dry.errorText.contains("poison-segv.jpg: killed its worker twice"), "\(dry)")
    let retried = farm("--dry-run", "--retry-quarantined")
    #expect(retried.status == 0, "\(retried)")
    #expect(try retried.pictures.map(\.status) == ["upToDate", "due", "upToDate"])
    // Nothing was tried, so nothing is known.
    #expect(tree.quarantine(of: "out").count == 1)
    let quiet = Command(
      arguments: [farmPath, "thumbs", "--quiet", "-o", tree["out"], tree["in"]]
    ).run()
    #expect(quiet.errorLines.count == 1 && quiet.status == 1, "\(quiet)")
  }

  @Test(arguments: [false, true])
  func `another version of the farm or of a codec tries it again`(stillPoisonous: Bool) throws {
    try crash()
    let entry = BytePath(
      Array("out/.farm-quarantine/".utf8) + (try #require(tree.quarantine(of: "out").first)).bytes)
    let text = String(decoding: tree.bytes(entry), as: UTF8.self)
    #expect(text.contains("libjpeg-turbo "), "\(text)")
    tree.write(entry, Array(text.replacing("libjpeg-turbo ", with: "libjpeg-turbo 0.").utf8))
    let run = farm(poisonous: stillPoisonous)
    #expect(run.status == (stillPoisonous ? 1 : 0), "\(run)")
    #expect(try run.pictures.first { $0.index == 1 }?.attempts == (stillPoisonous ? 2 : 1))
    #expect(tree.exists(entry) == stillPoisonous)
    if stillPoisonous { #expect(tree.bytes(entry) == Array(text.utf8)) }
  }

  /// An entry as no farm writes it.
  enum Damage: CaseIterable {
    case empty, cut, garbage, huge, otherDigest, negative, fifo, directory, link

    func make(_ tree: Tree, _ entry: BytePath) {
      let bytes = tree.bytes(entry)
      let text = String(decoding: bytes, as: UTF8.self)
      switch self {
      case .empty: tree.write(entry, [])
      case .cut: tree.write(entry, Array(bytes.prefix(bytes.count / 2)))
      case .garbage: tree.write(entry, Array(repeating: 0xA5, count: 500))
      case .huge: tree.write(entry, bytes + Array(repeating: 0x20, count: 1 << 20))
      case .otherDigest:
        let digest = String(decoding: entry.name, as: UTF8.self)
        tree.write(entry, Array(text.replacing(digest, with: String(digest.reversed())).utf8))
      case .negative:
        tree.write(entry, Array(text.replacing("\"bytes\":", with: "\"bytes\":-").utf8))
      case .fifo, .directory, .link:
        tree.rename(entry, to: "elsewhere")
        if self == .fifo { tree[entry].withCString { _ = mkfifo($0, 0o600) } }
        if self == .directory { tree.directory(entry) }
        if self == .link { tree.link(entry, to: tree["elsewhere"]) }
      }
    }
  }

  @Test(arguments: Damage.allCases)
  func `an entry that isn't whole costs work and nothing else`(damage: Damage) throws {
    try crash()
    let entry = BytePath(
      Array("out/.farm-quarantine/".utf8) + (try #require(tree.quarantine(of: "out").first)).bytes)
    damage.make(tree, entry)
    let again = farm(poisonous: true)
    #expect(again.status == 1, "\(again)")
    #expect(try again.pictures.first { $0.index == 1 }?.error?.kind == "crashed", "\(again)")
    // What is no file can't be replaced by one; what is, is.
    #expect(try farm().summary?.quarantined == (damage == .directory ? 0 : 1))
  }

  @Test func `a reason that somebody wrote commands nobody's terminal`() throws {
    try crash()
    let entry = BytePath(
      Array("out/.farm-quarantine/".utf8) + (try #require(tree.quarantine(of: "out").first)).bytes)
    let text = String(decoding: tree.bytes(entry), as: UTF8.self)
    tree.write(entry, Array(text.replacing("SIGSEGV", with: #"\u001b[31m\n"#).utf8))
    let run = farm()
    #expect(run.errorText.contains(#"twice (\x1B[31m\xA)"#), "\(run)")
    #expect(!run.errors.contains(0x1B) && run.errorLines.count == 2, "\(run)")
  }

  @Test func `it is never kept by way of a link, and the run goes on`() throws {
    makeTree()
    tree.directory("out")
    tree.directory("elsewhere")
    tree.link("out/.farm-quarantine", to: tree["elsewhere"])
    let run = farm(poisonous: true)
    #expect(run.status == 1, "\(run)")
    try expectOthersDone(run)
    let warnings = run.errorLines.filter { $0.contains("the quarantine can't be kept: ") }
    #expect(warnings.count == 1, "\(run)")
    #expect(tree.names(in: "elsewhere").isEmpty)
  }

  @Test func `a picture that changed while the run went on isn't remembered`() throws {
    tree.write("in/a/poison-stop.jpg", Pictures.jpeg(seed: 1))
    let poison = tree.write("in/b/poison-segv.jpg", Pictures.jpeg(seed: 2))
    let running = Command(
      arguments: [farmPath, "thumbs", "-j1", "--sandbox", "off", "-o", tree["out"], tree["in"]],
      environment: Shim.environment()
    ).start()
    #expect(eventually { !running.workers.isEmpty })
    tree.chmod(poison, 0o600)
    #expect(
      eventually {
        for worker in running.workers { kill(worker, SIGCONT) }
        return running.hasEnded
      })
    let run = running.wait()
    #expect(run.status == 1 && run.errorText.contains("SIGSEGV"), "\(run)")
    #expect(!tree.exists("out/.farm-quarantine"))
  }

  @Test func `each output has its own, and no walk takes it for pictures`() throws {
    tree.write("in/a/poison-segv.jpg", Pictures.jpeg(seed: 1))
    tree.write("in/b/healthy.jpg", Pictures.jpeg(seed: 2))
    let run = Command(
      arguments: [farmPath, "thumbs", tree["in/a"], tree["in/b"]],
      environment: Shim.environment()
    ).run()
    #expect(run.status == 1, "\(run)")
    #expect(tree.quarantine(of: "in/a/thumbs").count == 1)
    #expect(!tree.exists("in/b/thumbs/.farm-quarantine"))
    // The thumbnails of before are pictures to this run, their quarantine is nothing to it.
    let above = Tree()
    let walk = Command(
      arguments: [farmPath, "thumbs", "--json", "-o", above["out"], tree["in"]]
    ).run()
    #expect(walk.status == 0, "\(walk)")
    #expect(try walk.summary?.otherFiles == 0 && walk.summary?.made == 3)
  }

  @Test(.enabled(if: Sandboxing.isPossible), arguments: [[], ["--isolate"]])
  func `in the sandbox it's the same, with files or without`(options: [String]) throws {
    let options = options.map { BytePath($0) } + ["--sandbox", "require"]
    makeTree("none")
    tree.write("in/venom.jpg", Pictures.jpeg(seed: 4) + Self.venom)
    let name = options.count > 2 ? "in/venom.jpg" : "in/poison-segv.jpg"
    if options.count == 2 { tree.rename("in/venom.jpg", to: "in/poison-segv.jpg") }
    let run = farm(options: options, poisonous: true)
    #expect(run.status == 1, "\(run)")
    #expect(try run.pictures.compactMap(\.error?.kind) == ["crashed"], "\(run)")
    #expect(tree.quarantine(of: "out").count == 1)
    for more in [[], ["--dry-run"]] {
      let next = farm(options: options + more.map { BytePath($0) })
      #expect(next.status == 1, "\(next)")
      let skipped = try next.pictures.filter { $0.error?.kind == "quarantined" }
      #expect(skipped.map(\.source) == ["\(tree[BytePath(name)])"], "\(next)")
    }
    let released = farm("--retry-quarantined", options: options)
    #expect(released.status == 0, "\(released)")
    #expect(!tree.exists("out/.farm-quarantine"))
  }
}
