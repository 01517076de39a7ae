import Glibc
import Testing
import Thumbnails

/// Where thumbnails go, and in which order pictures come.
@Suite struct PlacingTests {
  @Test func `each directory gets a thumbs of its own, in which its tree is mirrored`() throws {
    let tree = Tree()
    tree.write("one/a.jpg", Pictures.jpeg())
    tree.write("one/deep/er/b.jpg", Pictures.jpeg(seed: 1))
    tree.write("two/c.png", Pictures.png())
    let run = farm("thumbs", tree["one"], tree["two"])
    #expect(run.status == 0, "\(run)")
    #expect(tree.names(in: "one/thumbs") == ["a.jpg.jpg", "deep/er/b.jpg.jpg"])
    #expect(tree.names(in: "two/thumbs") == ["c.png.jpg"])
  }

  @Test func `a file's thumbnail lies in thumbs beside it`() throws {
    let tree = Tree()
    tree.write("x/a.jpg", Pictures.jpeg())
    tree.write("x/b.jpg", Pictures.jpeg())
    #expect(farm("thumbs", tree["x/a.jpg"]).status == 0)
    #expect(tree.names(in: "x/thumbs") == ["a.jpg.jpg"])
  }

  @Test func `one directory is mirrored right into --output`() throws {
    let tree = Tree()
    tree.write("in/a.jpg", Pictures.jpeg())
    tree.write("in/sub/b.jpg", Pictures.jpeg())
    let run = farm("thumbs", tree["in"], "-o", tree["made/for/this"])
    #expect(run.status == 0, "\(run)")
    #expect(tree.names(in: "made") == ["for/this/a.jpg.jpg", "for/this/sub/b.jpg.jpg"])
    #expect(tree.names(in: "in") == ["a.jpg", "sub/b.jpg"])
  }

  @Test func `I5 several directories have their names in --output, files are beside them`() throws {
    let tree = Tree()
    tree.write("one/a.jpg", Pictures.jpeg())
    tree.write("two/a.jpg", Pictures.jpeg())
    tree.write("single.jpg", Pictures.jpeg())
    let run = farm(
      "thumbs", "--output", tree["out"], tree["one"], tree["two/."], tree["single.jpg"])
    #expect(run.status == 0, "\(run)")
    #expect(tree.names(in: "out") == ["one/a.jpg.jpg", "single.jpg.jpg", "two/a.jpg.jpg"])
  }

  @Test func `relative paths and a slash at the end serve as well`() throws {
    let tree = Tree()
    tree.write("in/a.jpg", Pictures.jpeg())
    tree.write("in/-o.jpg", Pictures.jpeg())
    let here = Command(arguments: ["env", "-C", tree["in"], farmPath, "thumbs", "./"]).run()
    #expect(here.status == 0, "\(here)")
    #expect(tree.names(in: "in/thumbs") == ["-o.jpg.jpg", "a.jpg.jpg"])
    let dash = Command(
      arguments: ["env", "-C", tree["in"], farmPath, "thumbs", "-o", "x", "--", "-o.jpg"]
    ).run()
    #expect(dash.status == 0, "\(dash)")
    #expect(tree.names(in: "in/x") == ["-o.jpg.jpg"])
  }

  @Test(arguments: ["1", "8"]) func `records come in input order, which is that of the bytes`(
    jobs: String
  ) throws {
    let tree = Tree()
    // The large ones take longest and come first.
    let names: [BytePath] = [
      "B.jpg", "a/1.jpg", "a/2.jpg", "a-large.jpg", "a.jpg", "ab.jpg", "b/c/d.jpg", "é.jpg",
    ]
    for name in names.reversed() {
      let side = name == "a-large.jpg" || name == "B.jpg" ? 1500 : 30
      tree.write(BytePath("in/\(name)"), Pictures.jpeg(side, side))
    }
    tree.write("first.jpg", Pictures.jpeg())
    let run = farm(
      "thumbs", "-j", BytePath(jobs), "--json", "-o", tree["out"], tree["first.jpg"], tree["in"])
    #expect(run.status == 0, "\(run)")
    let expected = ["\(tree["first.jpg"])"] + names.map { "\(tree["in"])/\($0)" }
    #expect(try run.pictures.map(\.source) == expected)
  }

  @Test func `I8 an output directory among the pictures is left out, also on the way back`() throws
  {
    let tree = Tree()
    tree.write("in/a.jpg", Pictures.jpeg())
    tree.write("in/sub/b.jpg", Pictures.jpeg())
    for (made, upToDate) in [(2, 0), (0, 2), (0, 2)] {
      let run = farm("thumbs", "--json", "-o", tree["in/sub/small"], tree["in"])
      #expect(run.status == 0, "\(run)")
      #expect(try run.summary?.made == made)
      #expect(try run.summary?.upToDate == upToDate)
    }
    #expect(tree.names(in: "in/sub/small") == ["a.jpg.jpg", "sub/b.jpg.jpg"])
  }
}
