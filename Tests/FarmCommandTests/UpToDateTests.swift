import Glibc
import Testing
import Thumbnails

/// What a second run does again, and what it leaves alone.
@Suite struct UpToDateTests {
  /// A directory with two pictures and their thumbnails.
  private func makeTree() -> Tree {
    let tree = Tree()
    tree.write("a.jpg", Pictures.jpeg(seed: 1))
    tree.write("b.png", Pictures.png(seed: 2, alpha: 100))
    let run = farm("thumbs", tree.path)
    #expect(run.status == 0, "\(run)")
    return tree
  }

  @Test func `a second run touches nothing`() throws {
    let tree = makeTree()
    let before = tree.stamps(in: "thumbs")
    #expect(before.count == 2)
    let run = farm("thumbs", "--json", tree.path)
    #expect(run.status == 0, "\(run)")
    #expect(tree.stamps(in: "thumbs") == before)
    #expect(try run.summary?.upToDate == 2)
    #expect(run.errorText.hasPrefix("0 done, 0 failed, 2 skipped (2 up to date) in "), "\(run)")
  }

  /// As by a run that was killed between giving its file a name and giving it the thumbnail's.
  @Test(arguments: [[], ["--isolate"], ["--force"]] as [[BytePath]])
  func `a file that a killed run left beside an up-to-date thumbnail is cleared away`(
    options: [BytePath]
  ) throws {
    let tree = makeTree()
    let thumbnails = ["a.jpg.jpg", "b.png.png"]
    let wholes = thumbnails.map { tree.bytes(BytePath("thumbs/\($0)")) }
    let left = thumbnails.map { name in
      BytePath("thumbs/.farm-\(String(FNV1a.hash(Array(name.utf8)), radix: 16)).tmp")
    }
    // One that serves as well, and one that was made by other wishes.
    #expect(farm("thumbs", "-o", tree["other"], tree["a.jpg"]).status == 0)
    #expect(farm("thumbs", "-s20", "-o", tree["other"], tree["b.png"]).status == 0)
    for (name, left) in zip(thumbnails, left) { tree.rename(BytePath("other/\(name)"), to: left) }
    #expect(farm("thumbs", "--dry-run", tree.path).status == 0)
    #expect(Set(tree.names(in: "thumbs")).isSuperset(of: thumbnails) && tree.exists(left[0]))
    let run = Command(arguments: [farmPath, "thumbs", tree.path] + options).run()
    #expect(run.status == 0, "\(run)")
    #expect(tree.names(in: "thumbs") == thumbnails)
    #expect(thumbnails.map { tree.bytes(BytePath("thumbs/\($0)")) } == wholes)
  }

  /// Something that makes the thumbnail of `a.jpg`, and no other, wrong or doubtful.
  enum Change: String, CaseIterable {
    case newContents, newTime, olderTime
    case thumbnailMissing, thumbnailEmpty, thumbnailCut, thumbnailForeign, thumbnailGarbage
    case thumbnailNewer

    func make(in tree: Tree) {
      let source = tree["a.jpg"]
      let thumbnail: BytePath = "thumbs/a.jpg.jpg"
      switch self {
      case .newContents: tree.write("a.jpg", Pictures.jpeg(seed: 77))
      case .newTime: setTime(source, 2_000_000_000)
      case .olderTime: setTime(source, 1_000_000_000)
      case .thumbnailMissing: _ = tree[thumbnail].withCString { unlink($0) }
      case .thumbnailEmpty: overwrite(tree, thumbnail, [])
      case .thumbnailCut: overwrite(tree, thumbnail, tree.bytes(thumbnail).dropLast(9))
      case .thumbnailForeign: overwrite(tree, thumbnail, Pictures.jpeg(20, 20)[...])
      case .thumbnailGarbage: overwrite(tree, thumbnail, Array(repeating: 7, count: 5000)[...])
      case .thumbnailNewer: setTime(tree[thumbnail], 2_000_000_000)
      }
    }

    /// New bytes in the old time, as a crash of the machine may leave them.
    private func overwrite(_ tree: Tree, _ name: BytePath, _ bytes: ArraySlice<UInt8>) {
      let stamp = Stamp(tree[name])
      tree.write(name, Array(bytes))
      setTime(tree[name], stamp.seconds, stamp.nanoseconds)
    }

    private func setTime(_ path: BytePath, _ seconds: Int, _ nanoseconds: Int = 0) {
      let time = timespec(tv_sec: seconds, tv_nsec: nanoseconds)
      _ = path.withCString { utimensat(AT_FDCWD, $0, [time, time], 0) }
    }
  }

  @Test(arguments: Change.allCases) func `what has changed is made again, and nothing else`(
    change: Change
  ) throws {
    let tree = makeTree()
    let untouched = Stamp(tree["thumbs/b.png.png"])
    change.make(in: tree)
    let dry = farm("thumbs", "--dry-run", tree.path)
    #expect(dry.outputText == "\(tree["a.jpg"])\n")
    let run = farm("thumbs", "--json", tree.path)
    #expect(run.status == 0, "\(run)")
    #expect(try run.pictures.map(\.status) == ["made", "upToDate"])
    #expect(Stamp(tree["thumbs/b.png.png"]) == untouched)
    let again = Tree()
    #expect(farm("thumbs", "-o", again["new"], tree["a.jpg"]).status == 0)
    #expect(tree.bytes("thumbs/a.jpg.jpg") == again.bytes("new/a.jpg.jpg"))
    #expect(tree.names(in: "thumbs") == ["a.jpg.jpg", "b.png.png"])
  }

  @Test(arguments: [["--size", "20"], ["--quality", "33"], ["--format", "png"], ["--force"]])
  func `other settings, and --force, make everything again`(options: [String]) throws {
    let tree = makeTree()
    let before = tree.stamps(in: "thumbs")
    let run = Command(
      arguments: [farmPath, "thumbs", "--json", tree.path] + options.map { BytePath($0) }
    ).run()
    #expect(run.status == 0, "\(run)")
    #expect(try run.summary?.made == 2)
    #expect(Set(before.values).isDisjoint(with: tree.stamps(in: "thumbs").values))
  }

  @Test func `a thumbnail whose extension is no longer right goes away`() throws {
    let tree = Tree()
    tree.write("a.png", Pictures.png(alpha: 100))
    #expect(farm("thumbs", tree.path).status == 0)
    #expect(tree.names(in: "thumbs") == ["a.png.png"])
    tree.write("a.png", Pictures.png(70, 70))
    #expect(farm("thumbs", tree.path).status == 0)
    #expect(tree.names(in: "thumbs") == ["a.png.jpg"])
    #expect(farm("thumbs", "--format", "png", tree.path).status == 0)
    #expect(tree.names(in: "thumbs") == ["a.png.png"])
    #expect(farm("thumbs", tree.path).status == 0)
    #expect(tree.names(in: "thumbs") == ["a.png.jpg"])
  }

  @Test func `a file that isn't the farm's own is left where it is`() throws {
    let tree = Tree()
    tree.write("a.jpg", Pictures.jpeg())
    tree.write("thumbs/a.jpg.png", Pictures.png())
    let before = Stamp(tree["thumbs/a.jpg.png"])
    #expect(farm("thumbs", tree.path).status == 0)
    #expect(tree.names(in: "thumbs") == ["a.jpg.jpg", "a.jpg.png"])
    #expect(Stamp(tree["thumbs/a.jpg.png"]) == before)
  }

  @Test func `a dry run says what would be made, and makes nothing`() throws {
    let tree = Tree()
    tree.write("in/a.jpg", Pictures.jpeg())
    tree.write("in/b.jpg", Pictures.jpeg())
    let run = farm("thumbs", "-n", tree["in"])
    #expect(run.status == 0, "\(run)")
    #expect(run.outputText == "\(tree["in/a.jpg"])\n\(tree["in/b.jpg"])\n")
    #expect(run.errorText.hasPrefix("2 to do, 0 failed, 0 skipped in "), "\(run)")
    #expect(tree.names() == ["in/a.jpg", "in/b.jpg"])
    #expect(!tree.exists("in/thumbs"))
    let json = farm("thumbs", "-n", "--json", "-o", tree["nowhere"], tree["in"])
    #expect(try json.pictures.map(\.status) == ["due", "due"])
    #expect(try json.summary?.due == 2)
    #expect(!tree.exists("nowhere"))
    #expect(farm("thumbs", tree["in"]).status == 0)
    let done = farm("thumbs", "-n", tree["in"])
    #expect(done.output.isEmpty)
    #expect(done.errorText.hasPrefix("0 to do, 0 failed, 2 skipped (2 up to date) in "), "\(done)")
  }
}
