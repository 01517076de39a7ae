import Glibc
import Testing
import Thumbnails

/// Rows C6, C8 and C9: a system that hasn't enough of something, measured out by real limits.
@Suite struct ShortageTests {
  @Test func `C6 with few descriptors fewer workers do it, and that's said once`() throws {
    let tree = Tree()
    for seed in 0..<40 { tree.write(BytePath("\(seed).jpg"), Pictures.jpeg(seed: seed)) }
    let run = limited("ulimit -n 24", ["thumbs", "-j", "16", tree.path])
    #expect(run.status == 0, "\(run)")
    #expect(tree.names(in: "thumbs").count == 40)
    let warnings = run.errorLines.filter { $0.contains("going on with fewer") }
    #expect(warnings.count == 1, "\(run)")
  }

  @Test func `C6 with too few descriptors for one worker the run can't go on`() throws {
    let tree = Tree()
    tree.write("a.jpg", Pictures.jpeg())
    let run = limited("ulimit -n 14", ["thumbs", tree.path])
    #expect(run.status == 3, "\(run)")
    #expect(run.errorText.contains("farm: no worker can be started: "), "\(run)")
    #expect(run.errorText.contains("Too many open files"), "\(run)")
    #expect(run.errorLines.last?.hasPrefix("0 done, 0 failed, 0 skipped, 1 not begun") == true)
    #expect(!tree.exists("thumbs"))
  }

  @Test(.needsSmallDisk) func `C8 a full disk ends the run, with what is whole`()
    throws
  {
    let tree = Tree()
    for seed in 0..<200 { tree.write(BytePath("in/\(seed).jpg"), Pictures.jpeg(seed: seed)) }
    tree.directory("out")
    // What is there at the end is copied out of the mount that only this run sees.
    let script = #""$0" thumbs -j2 "$1/in" -o "$1/out"; e=$?; cp -a "$1/out" "$1/kept"; exit $e"#
    let run = SmallDisk.run(at: tree["out"], options: "size=256k", script, [farmPath, tree.path])
    #expect(run.status == 3, "\(run)")
    #expect(run.errorText.contains("No space left on device"), "\(run)")
    #expect(run.errorText.contains("farm: stopped: can't write "), "\(run)")
    let kept = tree.contents(of: "kept")
    #expect(!kept.isEmpty && kept.count < 200)
    #expect(kept.values.allSatisfy { ImageHeader($0) != nil })
    #expect(run.errorLines.last?.hasPrefix("\(kept.count) done, ") == true, "\(run)")
  }

  @Test(.needsSmallDisk) func `C9 a read-only output is found before the work`()
    throws
  {
    let tree = Tree()
    tree.write("in/a.jpg", Pictures.jpeg())
    tree.directory("out")
    let run = SmallDisk.run(
      at: tree["out"], options: "ro", #"exec "$0" thumbs "$1/in" -o "$1/out""#,
      [farmPath, tree.path])
    #expect(run.status == 2, "\(run)")
    #expect(run.errorText.contains("can't write thumbnails to \(tree["out"]): "), "\(run)")
    #expect(run.errorText.contains("Read-only file system"), "\(run)")
  }

  /// The output is a file system of so many pages: the write that it can't hold is a short one first.
  @Test(.needsSmallDisk, arguments: [1, 2, 4, 7, 11, 16, 22, 29, 90])
  func `C8 on a disk of any size what is there is whole`(pages: Int) throws {
    let tree = FaultTree(6, side: 400, size: "250", options: ["-j1"])
    tree.tree.directory("out")
    let script = #"shift; "$@"; e=$?; cp -a "$0" "$0.kept"; exit $e"#
    let run = SmallDisk.run(
      at: tree.tree["out"], options: "size=\(pages * 4)k", script,
      [tree.tree["out"], "-"] + tree.arguments())
    tree.tree.remove("out")
    tree.tree.rename("out.kept", to: "out")
    try tree.check(run)
    let isFull = try run.pictures.contains { $0.error?.kind == "diskFull" }
    #expect(run.status == (isFull ? 3 : 0), "\(run)")
  }

  private func limited(_ limit: String, _ arguments: [BytePath]) -> Finished {
    Command(
      arguments: ["sh", "-c", BytePath(limit + #" && exec "$0" "$@""#), farmPath] + arguments
    ).run()
  }
}

/// A file system in memory that only the program started on it sees.
enum SmallDisk {
  static let isPossible: Bool = {
    let tree = Tree()
    return run(at: tree.path, options: "size=64k", "true", ["sh"]).status == 0
  }()

  static func run(
    at path: BytePath, options: String, _ script: String, _ arguments: [BytePath]
  ) -> Finished {
    let prefix: [BytePath] = geteuid() == 0 ? ["unshare", "-m"] : ["unshare", "-rm"]
    let mount = #"""
      mount -t tmpfs -o "$1" none "$2" || exit 125
      script=$3; shift 3; exec sh -c "$script" "$@"
      """#
    return Command(
      arguments: prefix + ["sh", "-c", BytePath(mount), "sh", BytePath(options), path]
        + [BytePath(script)] + arguments
    ).run()
  }
}
