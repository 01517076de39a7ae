import CPosix
import Glibc
import Testing
import Thumbnails

/// What workers may do, and what is said of it.
@Suite struct SandboxTests {
  @Test(.enabled(if: Sandboxing.isPossible), arguments: [true, false])
  func `sandboxed workers make the same thumbnails, as any user`(asOrdinaryUser: Bool) throws {
    guard !asOrdinaryUser || Unprivileged.isPossible else { return }
    let tree = Tree()
    for name: BytePath in ["in/a.jpg", "in/deep/er/b.jpg", "in/c.png"] {
      tree.write(name, name == "in/c.png" ? Pictures.png() : Pictures.jpeg())
    }
    tree.write("in/empty.jpg", [])
    for output: BytePath in ["off", "require"] { tree.chmod(tree.directory(output), 0o777) }
    for enforcement: BytePath in ["off", "require"] {
      let arguments: [BytePath] = [
        "thumbs", "-j2", "--json", "--sandbox", enforcement, "-o", tree[enforcement], tree["in"],
        "--size", "64,32",
      ]
      // The second time over what is there.
      for run in [arguments, arguments + ["--force"]].map({ words in
        asOrdinaryUser ? Unprivileged.run(words) : Command(arguments: [farmPath] + words).run()
      }) {
        #expect(run.status == 1, "\(run)")
        #expect(try run.summary?.made == 3, "\(run)")
        #expect(try run.pictures.compactMap(\.error?.kind) == ["empty"])
        let sandbox = try #require(try run.summary?.sandbox)
        #expect(sandbox.enforcement == "\(enforcement)")
        #expect(sandbox.complete == (enforcement == "off" ? nil : true))
        #expect(sandbox.files == (enforcement == "off" ? nil : "given"))
        #expect(sandbox.problems == nil)
      }
    }
    #expect(tree.contents(of: "off") == tree.contents(of: "require"))
    #expect(tree.files(in: "off").count == 6)
  }

  @Test(.enabled(if: Sandboxing.isPossible))
  func `what is named may be a link, relative, or beside its thumbnails`() throws {
    let tree = Tree()
    tree.write("elsewhere/a.jpg", Pictures.jpeg())
    tree.write("dir/b.jpg", Pictures.jpeg(seed: 2))
    tree.link("link.jpg", to: "elsewhere/a.jpg")
    tree.link("linked", to: "dir")
    let run = Command(arguments: [
      "/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", tree.path, farmPath, "thumbs", "-q", "70",
      "--sandbox", "require", "link.jpg", "linked", "./dir/../dir/b.jpg",
    ]).run()
    #expect(run.status == 0, "\(run)")
    #expect(tree.exists("thumbs/link.jpg.jpg") && tree.exists("dir/thumbs/b.jpg.jpg"), "\(run)")
  }

  @Test(.enabled(if: Sandboxing.isPossible))
  func `a kernel without Landlock is enough unless the sandbox is required`() throws {
    let tree = Tree()
    for seed in 0..<5 { tree.write(BytePath("in/\(seed).jpg"), Pictures.jpeg(seed: seed)) }
    let common: [BytePath] = ["thumbs", "-j2", "--json", "--force", "-o", tree["out"], tree["in"]]
    let problem = "Landlock: it's turned off in this kernel"

    let tried = Sandboxing.lackingLandlock(common)
    #expect(tried.status == 0, "\(tried)")
    #expect(tried.errorText.hasPrefix("farm: workers aren't fully sandboxed: \(problem)\n"))
    #expect(tried.errorLines.count == 2)
    let sandbox = try #require(try tried.summary?.sandbox)
    #expect(sandbox.complete == false && sandbox.problems == [problem] && sandbox.landlock == nil)
    #expect(sandbox.inForce == ["privileges", "inspection", "limits", "systemCalls"])

    let off = Sandboxing.lackingLandlock(common + ["--sandbox", "off"])
    #expect(off.status == 0 && off.errorLines.count == 1, "\(off)")
    // The filter alone keeps every file away.
    let isolated = Sandboxing.lackingLandlock(common + ["--isolate", "--sandbox", "require"])
    #expect(isolated.status == 0 && isolated.errorLines.count == 1, "\(isolated)")

    let required = Sandboxing.lackingLandlock(common + ["--sandbox", "require"])
    #expect(required.status == 3, "\(required)")
    #expect(required.errorText.contains("without the sandbox that is required: \(problem)"))
    #expect(try required.summary?.made == 0)
    #expect(try required.summary?.sandbox?.complete == false)
  }

  @Test(arguments: [["--sandbox", "maybe"], ["--isolate", "--sandbox", "off"], ["--sandbox"]])
  func `what makes no sense is refused`(arguments: [String]) {
    let tree = Tree()
    tree.write("a.jpg", Pictures.jpeg())
    let run = Command(
      arguments: [farmPath, "thumbs", tree.path] + arguments.map { BytePath($0) }
    ).run()
    #expect(run.status == 2, "\(run)")
    #expect(run.errorText.contains("--sandbox"))
  }
}

enum Sandboxing {
  /// Whether the kernel has all of it.
  static let isPossible = farm_landlock_abi() > 0 && farm_has_call_filter() == 1

  /// `farm` on a kernel that says it has no Landlock.
  static func lackingLandlock(_ arguments: [BytePath]) -> Finished {
    let launcher = farmPath.parent.appending("test-worker")
    return Command(arguments: [launcher, "lacking", "landlock", farmPath] + arguments).run()
  }
}
