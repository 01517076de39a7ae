import Testing
import Thumbnails

/// What a run makes.
@Suite struct MakingTests {
  @Test func `every JPEG and PNG of a directory gets a thumbnail under its own name`() throws {
    let tree = Tree()
    tree.write("a.jpg", Pictures.jpeg())
    tree.write("a.png", Pictures.png())
    tree.write("b.JPEG", Pictures.jpeg(seed: 1))
    tree.write("see-through.png", Pictures.png(alpha: 90))
    tree.write("notes.txt", Array("no picture".utf8))
    let run = farm("thumbs", tree.path)
    #expect(run.status == 0, "\(run)")
    #expect(
      tree.names(in: "thumbs") == ["a.jpg.jpg", "a.png.jpg", "b.JPEG.jpg", "see-through.png.png"])
    #expect(run.errorText.hasPrefix("4 done, 0 failed, 1 skipped (1 other file) in "), "\(run)")
    #expect(run.output.isEmpty)
  }

  @Test(arguments: [
    ("256", 400, 200, 256, 128), ("256", 200, 400, 128, 256), ("256", 100, 50, 100, 50),
    ("100x100", 400, 300, 100, 75), ("x30", 400, 300, 40, 30), ("40x", 400, 300, 40, 30),
    ("100x10", 400, 300, 13, 10), ("1", 400, 300, 1, 1),
  ]) func `a thumbnail fits into its box and keeps its shape`(
    size: String, width: Int, height: Int, thumbnailWidth: Int, thumbnailHeight: Int
  ) throws {
    let tree = Tree()
    tree.write("a.jpg", Pictures.jpeg(width, height))
    tree.write("turned.jpg", Pictures.jpeg(height, width, orientation: 6))
    let run = farm("thumbs", "--size", BytePath(size), tree.path)
    #expect(run.status == 0, "\(run)")
    for name: BytePath in ["thumbs/a.jpg.jpg", "thumbs/turned.jpg.jpg"] {
      let expected = ImageHeader(format: .jpeg, width: thumbnailWidth, height: thumbnailHeight)
      #expect(ImageHeader(tree.bytes(name)) == expected)
    }
  }

  @Test(arguments: [
    ("auto", ["a.png.jpg", "b.png.png", "c.jpg.jpg"]),
    ("jpeg", ["a.png.jpg", "b.png.jpg", "c.jpg.jpg"]),
    ("png", ["a.png.png", "b.png.png", "c.jpg.png"]),
  ]) func `the format decides the extension and the contents`(
    format: String, names: [String]
  ) throws {
    let tree = Tree()
    tree.write("a.png", Pictures.png())
    tree.write("b.png", Pictures.png(alpha: 128))
    tree.write("c.jpg", Pictures.jpeg())
    let run = farm("thumbs", "--format", BytePath(format), tree.path)
    #expect(run.status == 0, "\(run)")
    #expect(tree.names(in: "thumbs") == names)
    for (name, bytes) in tree.contents(of: "thumbs") {
      let isPNG = name.bytes.suffix(4) == Array(".png".utf8)
      #expect(ImageHeader(bytes)?.format == (isPNG ? .png : .jpeg), "\(name)")
    }
  }

  @Test func `a better quality takes more bytes`() throws {
    let tree = Tree()
    tree.write("a.jpg", Pictures.jpeg(200, 200))
    #expect(farm("thumbs", "-q", "10", "-o", tree["low"], tree.path).status == 0)
    #expect(farm("thumbs", "-q", "95", "-o", tree["high"], tree["a.jpg"]).status == 0)
    #expect(tree.bytes("low/a.jpg.jpg").count * 2 < tree.bytes("high/a.jpg.jpg").count)
  }

  @Test func `any number of workers makes the same bytes`() throws {
    let tree = Tree()
    for seed in 0..<40 {
      tree.write(BytePath("in/\(seed).jpg"), Pictures.jpeg(90 + seed, 70, seed: seed))
      tree.write(BytePath("in/\(seed).png"), Pictures.png(50, 40 + seed, seed: seed, alpha: 99))
    }
    for jobs: BytePath in ["1", "2", "8"] {
      let run = farm("thumbs", "-j", jobs, "-s", "32", "-o", tree[jobs], tree["in"])
      #expect(run.status == 0, "\(run)")
    }
    let reference = tree.contents(of: "1")
    #expect(reference.count == 80)
    #expect(tree.contents(of: "2") == reference)
    #expect(tree.contents(of: "8") == reference)
  }

  @Test(arguments: ["-j3", "-j=3", "--jobs=3", "--procs=3"]) func `workers can be counted`(
    option: String
  ) throws {
    let tree = Tree()
    for seed in 0..<9 { tree.write(BytePath("\(seed).jpg"), Pictures.jpeg(seed: seed)) }
    let run = farm("thumbs", BytePath(option), tree.path)
    #expect(run.status == 0, "\(run)")
    #expect(tree.names(in: "thumbs").count == 9)
  }

  @Test(arguments: ["auto", "50%", "1%", "300%"]) func `workers can be a share of the processors`(
    jobs: String
  ) throws {
    let tree = Tree()
    tree.write("a.jpg", Pictures.jpeg())
    #expect(farm("thumbs", "--procs", BytePath(jobs), tree.path).status == 0)
  }

  @Test func `I12 a picture is told by its bytes and not by its name`() throws {
    let tree = Tree()
    tree.write("really-png.jpg", Pictures.png(alpha: 7))
    tree.write("no-extension", Pictures.jpeg())
    tree.write("PNG.txt", Pictures.png())
    let run = farm("thumbs", tree.path)
    #expect(run.status == 0, "\(run)")
    #expect(
      tree.names(in: "thumbs") == ["PNG.txt.jpg", "no-extension.jpg", "really-png.jpg.png"])
  }
}
