import Glibc
import Testing
import Thumbnails

/// `--isolate`: pictures and thumbnails travel by pipe.
@Suite(.enabled(if: Sandboxing.isPossible)) struct IsolationTests {
  private func farm(_ tree: Tree, _ arguments: BytePath..., output: BytePath = "out") -> Finished {
    Command(
      arguments: [farmPath, "thumbs", "-j2", "--json", "-o", tree[output], tree["in"]] + arguments
    ).run()
  }

  /// Pictures, and what only looks like them.
  private func makeTree() -> Tree {
    let tree = Tree()
    for seed in 0..<6 { tree.write(BytePath("in/\(seed).jpg"), Pictures.jpeg(seed: seed)) }
    tree.write("in/deep/c.png", Pictures.png())
    tree.write("in/empty.jpg", [])
    let film = [0, 0, 0, 24] + Array("ftypheic".utf8) + [UInt8](repeating: 0, count: 40)
    tree.write("in/film.heic", film)
    tree.write("in/torn.jpg", Array(Pictures.jpeg().prefix(700)))
    tree.write("in/words.jpg", Array("these are words, and no picture".utf8))
    tree["in/fifo.jpg"].withCString { _ = mkfifo($0, 0o600) }
    return tree
  }

  @Test func `thumbnails, failures and records are what they are otherwise`() throws {
    let tree = makeTree()
    let options: [BytePath] = ["--size", "64,32", "--placeholder", "thumbhash,color"]
    let isolated = Command(
      arguments: [farmPath, "thumbs", "-j2", "--json", "--isolate", "--sandbox", "require", "-o"]
        + [tree["a"], tree["in"]] + options
    ).run()
    let usual = Command(
      arguments: [farmPath, "thumbs", "-j2", "--json", "-o", tree["b"], tree["in"]] + options
    ).run()
    #expect(isolated.status == 1 && usual.status == 1, "\(isolated)")
    #expect(try isolated.summary?.made == 7)
    #expect(try isolated.summary?.sandbox?.files == "none")
    #expect(try isolated.summary?.sandbox?.complete == true)
    #expect(tree.contents(of: "a") == tree.contents(of: "b"))
    let (one, other) = (try isolated.pictures, try usual.pictures)
    #expect(one.map(\.source) == other.map(\.source))
    #expect(one.map(\.error?.kind) == other.map(\.error?.kind))
    #expect(one.map(\.error?.message) == other.map(\.error?.message))
    #expect(one.map(\.original) == other.map(\.original))
    #expect(one.map(\.thumbnail) == other.map(\.thumbnail))
    let hashes: ([Record]) -> [String?] = { records in
      records.compactMap(\.thumbnails).joined().map(\.thumbhash)
    }
    #expect(hashes(one) == hashes(other))
    #expect(one.compactMap(\.thumbnails).count == 7)
    // Nothing is left to do for either.
    let again = farm(tree, "--size", "64,32", output: "a")
    #expect(try again.summary?.upToDate == 7)
  }

  @Test func `only what is new, changed or missing is made again`() throws {
    let tree = makeTree()
    #expect(try farm(tree, "--isolate").summary?.made == 7)
    #expect(try farm(tree, "--isolate").summary?.upToDate == 7)
    tree.write("in/new.jpg", Pictures.jpeg(seed: 9))
    tree.write("in/3.jpg", Pictures.jpeg(seed: 10))
    tree["out/4.jpg.jpg"].withCString { _ = unlink($0) }
    let dry = farm(tree, "--isolate", "-n")
    // Those that can't be done were never made either.
    #expect(try dry.summary?.due == 3 + 4 && dry.summary?.upToDate == 5)
    // No worker was needed, so none told of its sandbox.
    #expect(try dry.summary?.sandbox?.files == "none" && dry.summary?.sandbox?.complete == nil)
    #expect(!tree.exists("out/new.jpg.jpg"))
    #expect(try farm(tree, "--isolate").summary?.made == 3)
    #expect(try farm(tree, "--isolate", "--force").summary?.made == 8)
  }

  @Test func `a link is followed where a person names it, and nowhere else`() throws {
    let tree = Tree()
    tree.write("real.jpg", Pictures.jpeg())
    tree.link("named.jpg", to: "real.jpg")
    tree.directory("in")
    tree.link("in/found.jpg", to: "../real.jpg")
    let run = Command(
      arguments: [farmPath, "thumbs", "--isolate", "--json", tree["named.jpg"], tree["in"]]
    ).run()
    #expect(run.status == 0, "\(run)")
    #expect(try run.summary?.made == 1 && run.summary?.links == 1)
  }

  @Test func `a place that can't be written is named`() throws {
    let tree = Tree()
    tree.write("in/a.jpg", Pictures.jpeg())
    tree.write("in/b.jpg", Pictures.jpeg())
    tree.directory("out/a.jpg.jpg")
    let run = farm(tree, "--isolate")
    #expect(run.status == 1, "\(run)")
    #expect(try run.pictures.map(\.error?.kind) == ["unwritable", nil])
    #expect(tree.exists("out/b.jpg.jpg"))
  }

  @Test func `pictures larger than a pipe, and more than fit at once, keep to the memory`() throws {
    let tree = Tree()
    for seed in 0..<12 {
      tree.write(BytePath("in/\(seed).jpg"), Pictures.jpeg(1600, 1200, seed: seed))
    }
    let run = farm(tree, "--isolate", "--memory", "100M")
    #expect(run.status == 0, "\(run)")
    #expect(try run.pictures.count == 12 && run.pictures.allSatisfy { $0.attempts == 1 })
  }
}
