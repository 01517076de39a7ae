import Glibc
import Synchronization
import Testing
import Thumbnails

/// Rows I1, I2, I6 and I8: inputs that change, lead astray, or are many.
@Suite struct InputTests {
  /// What somebody does to a picture while it's read.
  enum Change: String, CaseIterable {
    case deleted, truncated, rewritten, replaced

    func make(_ path: BytePath, turn: Int) {
      let bytes = Pictures.jpeg(700, 700, seed: turn)
      switch self {
      case .deleted:
        _ = path.withCString { unlink($0) }
        write(path, bytes)
      case .truncated:
        _ = path.withCString { truncate($0, off_t(turn * 977 % bytes.count)) }
        write(path, bytes)
      case .rewritten: write(path, bytes)
      case .replaced:
        let beside = BytePath(path.bytes + Array("-new".utf8))
        write(beside, bytes)
        _ = beside.withCString { from in path.withCString { rename(from, $0) } }
      }
    }

    private func write(_ path: BytePath, _ bytes: [UInt8]) {
      let number = path.withCString { open($0, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644) }
      _ = Glibc.write(number, bytes, bytes.count)
      close(number)
    }
  }

  @Test(arguments: Change.allCases)
  func `I1 a picture that changes while it's read is a whole thumbnail or a named failure`(
    change: Change
  ) throws {
    let tree = FaultTree(6)
    let names = (0..<6).map { "in-flux-\($0).jpg" }
    let paths = names.enumerated().map { seed, name in
      tree.add(BytePath(name), Pictures.jpeg(700, 700, seed: seed))
    }
    // So that the reference is made of what is there now.
    try tree.check(tree.run())
    for round in 0..<4 {
      let running = tree.start(["--force"])
      // By the first record they have been listed: who is gone by then was never an input.
      #expect(eventually { running.outputSize > 0 || running.hasEnded })
      var turn = round
      while !running.hasEnded {
        for path in paths { change.make(path, turn: turn) }
        turn += 1
      }
      let run = running.wait()
      try tree.check(run, untold: Set(names.map(tree.source)))
      let failed = try run.failures.values
      #expect(failed.allSatisfy { $0.error?.kind != "crashed" && $0.attempts == 1 }, "\(run)")
    }
  }

  @Test func `I2 links in the tree are skipped and counted, wherever they lead`() throws {
    let tree = FaultTree(6)
    tree.tree.write("elsewhere/b.jpg", Pictures.jpeg())
    let links: [(BytePath, BytePath)] = [
      ("file.jpg", tree.tree["elsewhere/b.jpg"]), ("out-of-the-tree", tree.tree["elsewhere"]),
      ("sub/loop", tree.tree["in"]), ("itself", tree.tree["in/itself"]), ("self", "."),
      ("nowhere.jpg", tree.tree["not there"]), ("root", "/"),
    ]
    for (name, target) in links { tree.tree.link(BytePath("in/\(name)"), to: target) }
    let run = tree.run()
    try tree.check(run)
    #expect(run.status == 0, "\(run)")
    #expect(try run.summary?.links == links.count)
    #expect(run.errorText.contains("7 skipped (7 links)"), "\(run)")
  }

  @Test func `I2 a link that is asked for is followed, if it leads anywhere`() throws {
    let tree = Tree()
    tree.write("in/a.jpg", Pictures.jpeg())
    tree.link("in/b.jpg", to: "a.jpg")
    tree.link("door", to: tree["in"])
    tree.link("loop", to: tree["loop"])
    let run = farm("thumbs", tree["door"], "-o", tree["out"])
    #expect(run.status == 0, "\(run)")
    #expect(tree.names(in: "out") == ["a.jpg.jpg"])
    let file = farm("thumbs", tree["in/b.jpg"], "-o", tree["file"])
    #expect(file.status == 0 && tree.names(in: "file") == ["b.jpg.jpg"], "\(file)")
    let loop = farm("thumbs", tree["loop"])
    #expect(loop.status == 2, "\(loop)")
    #expect(loop.errorText.contains("Too many levels of symbolic links"), "\(loop)")
  }

  @Test func `I6 a crowd of inputs is walked as it's taken, in flat memory`() throws {
    let tree = Tree()
    tree.write("empty", [])
    let few = try peakMemory(tree, directories: 10)
    let many = try peakMemory(tree, directories: 80)
    // Seventy thousand more: with 64 bytes for each it would be more.
    #expect(few > 1 << 20 && many < few + 4 << 20, "\(few) bytes were resident, then \(many)")
  }

  /// The coordinator's, in a run over directories of a thousand pictures.
  private func peakMemory(_ tree: Tree, directories: Int) throws -> Int {
    let perDirectory = 1000
    for number in 0..<directories * perDirectory {
      let place = BytePath("in/\(number / perDirectory)")
      if number % perDirectory == 0 { tree.directory(place) }
      // Names of one empty file: they cost no more than their entries.
      tree.hardLink("empty", BytePath("\(place)/\(number).jpg"))
    }
    let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
    defer { close(null) }
    let running = Command(
      arguments: [farmPath, "thumbs", "-j1", "-n", tree["in"], "-o", tree["out"]], output: null
    ).start()
    var most = 0
    while !running.hasEnded {
      most = max(most, Processes.peakMemory(of: running.pid) ?? 0)
      usleep(5000)
    }
    let run = running.wait()
    #expect(run.status == 0, "\(run.errorText)")
    let line = "\(directories * perDirectory) to do, 0 failed, 0 skipped in "
    #expect(run.errorLines.last?.hasPrefix(line) == true, "\(run)")
    return most
  }

  @Test func `I5 two inputs of one name before the dot keep thumbnails of their own`() throws {
    let tree = FaultTree(2)
    tree.add("a.jpg", Pictures.jpeg())
    tree.add("a.png", Pictures.png(seed: 4))
    tree.add("a", Pictures.jpeg(seed: 5))
    let run = tree.run()
    try tree.check(run)
    #expect(
      tree.tree.names(in: "out") == ["00.jpg.jpg", "01.jpg.jpg", "a.jpg", "a.jpg.jpg", "a.png.jpg"])
  }

  @Test func `I9 farms at once on one output leave whole files`() throws {
    let tree = FaultTree(60)
    for more: [BytePath] in [[], ["--force"]] {
      let farms = (0..<3).map { _ in tree.start(more) }
      for farm in farms {
        let run = farm.wait()
        #expect(run.status == 0, "\(run)")
        try tree.check(run)
      }
    }
  }

  @Test func `I5 two paths that would write the same thumbnails are refused`() throws {
    let tree = Tree()
    tree.write("one/in/a.jpg", Pictures.jpeg())
    tree.write("two/in/a.jpg", Pictures.jpeg())
    for name: BytePath in ["in", "in/a.jpg"] {
      let paths = ["one", "two"].map { tree[BytePath("\($0)/\(name)")] }
      let run = farm("thumbs", paths[0], paths[1], "-o", tree["out"])
      #expect(run.status == 2, "\(run)")
      #expect(run.errorText.contains("would both be written to \(tree["out"])/"), "\(run)")
      #expect(!tree.exists("out"))
    }
  }
}
