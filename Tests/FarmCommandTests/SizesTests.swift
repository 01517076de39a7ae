import Glibc
import Testing
import Thumbnails

/// Several thumbnails of each picture.
@Suite struct SizesTests {
  private func makeTree() -> Tree {
    let tree = Tree()
    tree.write("a.jpg", Pictures.jpeg(400, 300))
    tree.write("b.png", Pictures.png(120, 240, alpha: 80))
    return tree
  }

  @Test(arguments: [["-s", "200,x60,40"], ["-s200", "-s", "x60", "--size=40"]])
  func `each size is a file of its own, named by the size`(options: [String]) throws {
    let tree = makeTree()
    let run = Command(
      arguments: [farmPath, "thumbs", "--json", tree.path] + options.map { BytePath($0) }
    ).run()
    #expect(run.status == 0, "\(run)")
    let names = [
      "a.jpg.200.jpg", "a.jpg.40.jpg", "a.jpg.x60.jpg", "b.png.200.png", "b.png.40.png",
      "b.png.x60.png",
    ]
    #expect(tree.names(in: "thumbs") == names)
    let records = try run.pictures
    let thumbnails = try #require(records.first?.thumbnails)
    #expect(thumbnails.map(\.size) == ["200", "x60", "40"])
    #expect(thumbnails.map(\.status) == ["made", "made", "made"])
    #expect(thumbnails.map(\.width) == [200, 80, 40])
    #expect(thumbnails.map(\.height) == [150, 60, 30])
    #expect(records.first?.output == thumbnails[0].output)
    #expect(records.first?.thumbnail?.width == 200)
    for thumbnail in try #require(records.last?.thumbnails) {
      let bytes = readBytes(BytePath(try #require(thumbnail.output)))
      #expect(thumbnail.bytes == bytes.count)
      let header = try #require(ImageHeader(bytes))
      #expect(thumbnail.width == header.width && thumbnail.height == header.height)
    }
    #expect(run.errorText.hasPrefix("2 done, 0 failed"), "\(run)")
  }

  @Test func `densities are named as web pages want them`() throws {
    let tree = Tree()
    tree.write("a.jpg", Pictures.jpeg(400, 300))
    #expect(farm("thumbs", "-s", "60,100x", "--dpr", "1,2,1.5", tree.path).status == 0)
    let widths = tree.contents(of: "thumbs").mapValues { ImageHeader($0)?.width }
    #expect(
      widths == [
        "a.jpg.60.jpg": 60, "a.jpg.60@2x.jpg": 120, "a.jpg.60@1.5x.jpg": 90,
        "a.jpg.100x.jpg": 100, "a.jpg.100x@2x.jpg": 200, "a.jpg.100x@1.5x.jpg": 150,
      ])
  }

  @Test(arguments: [["-s", "60"], ["-s", "60,60x60"], ["-s", "30", "--dpr", "2"]])
  func `a single one is named as ever`(options: [String]) throws {
    let tree = makeTree()
    let run = Command(
      arguments: [farmPath, "thumbs", tree.path] + options.map { BytePath($0) }
    ).run()
    #expect(run.status == 0, "\(run)")
    #expect(tree.names(in: "thumbs") == ["a.jpg.jpg", "b.png.png"])
  }

  @Test func `they are the library's, the largest as if it were alone`() throws {
    let tree = makeTree()
    #expect(farm("thumbs", "-s", "50,200,100", tree.path).status == 0)
    var options = ThumbnailOptions(size: .standard)
    options.sizes = ["50", "200", "100"].map { ThumbnailSize($0)! }
    for (index, size) in options.sizes.enumerated() {
      let file = tree.bytes(BytePath("thumbs/a.jpg.\(size.shortDescription).jpg"))
      options.tag = ThumbnailTag.read(fromHead: file)
      let several = try Thumbnailer(options: options).thumbnails(of: tree.bytes("a.jpg"))
      #expect(several[index].bytes == file)
    }
    #expect(farm("thumbs", "-s", "200", "-o", tree["alone"], tree["a.jpg"]).status == 0)
    #expect(tree.bytes("alone/a.jpg.jpg") == tree.bytes("thumbs/a.jpg.200.jpg"))
  }

  @Test(arguments: ["200", "100", "50"]) func `only what is missing is made, the same as before`(
    missing: String
  ) throws {
    let tree = makeTree()
    let options: [BytePath] = ["-s", "200,100,50", "--placeholder", "thumbhash,color", "--json"]
    let command = Command(arguments: [farmPath, "thumbs", tree.path] + options)
    let first = try #require(try command.run().pictures.first?.thumbnails)
    let before = tree.contents(of: "thumbs")
    var stamps = tree.stamps(in: "thumbs")
    let name = BytePath("a.jpg.\(missing).jpg")
    _ = tree["thumbs"].appending(name.bytes).withCString { unlink($0) }
    let dry = Command(arguments: command.arguments + ["--dry-run"]).run()
    #expect(try dry.pictures.map(\.status) == ["due", "upToDate"])
    let due = try #require(try dry.pictures.first?.thumbnails)
    #expect(due.map(\.status) == ["200", "100", "50"].map { $0 == missing ? "due" : "upToDate" })
    let run = command.run()
    #expect(try run.pictures.map(\.status) == ["made", "upToDate"])
    let thumbnails = try #require(try run.pictures.first?.thumbnails)
    #expect(
      thumbnails.map(\.status) == ["200", "100", "50"].map { $0 == missing ? "made" : "upToDate" })
    #expect(tree.contents(of: "thumbs") == before)
    #expect(thumbnails.map(\.thumbhash) == first.map(\.thumbhash))
    #expect(thumbnails.map(\.color) == first.map(\.color))
    var now = tree.stamps(in: "thumbs")
    #expect(now.removeValue(forKey: name) != stamps.removeValue(forKey: name))
    #expect(now == stamps)
  }

  @Test func `a further size leaves the others alone`() throws {
    let tree = makeTree()
    #expect(farm("thumbs", "-s", "100,50", tree.path).status == 0)
    let stamps = tree.stamps(in: "thumbs")
    let run = farm("thumbs", "--json", "-s", "50,100,20", tree.path)
    #expect(try run.summary?.made == 2)
    let now = tree.stamps(in: "thumbs")
    #expect(now.count == 6)
    #expect(now.filter { stamps[$0.key] != nil } == stamps)
  }

  @Test func `no two pictures meet in a name`() throws {
    let tree = Tree()
    let long = String(repeating: "x", count: 240)
    let names = [
      "a.jpg", "a.jpg.60", "a.jpg.60@2x", "a.jpg.60.60@2x", "a.jpg@2x", "a", long,
      long + ".60.jpg", long + ".60@2x.jpg", String(repeating: "y", count: 255),
      String(repeating: "y", count: 254) + "z",
    ]
    for (seed, name) in names.enumerated() {
      tree.write(BytePath("in/\(name)"), Pictures.jpeg(80, 80, seed: seed))
    }
    let run = farm("thumbs", "--json", "-s", "60,30", "--dpr", "1,2", "-o", tree["out"], tree["in"])
    #expect(run.status == 0, "\(run)")
    #expect(try run.summary?.made == names.count)
    let made = tree.contents(of: "out")
    #expect(made.count == 4 * names.count)
    // 60 and 30@2x are equal, all else differs.
    #expect(Set(made.values).count == 3 * names.count)
    let again = farm(
      "thumbs", "--json", "-s", "60,30", "--dpr", "1,2", "-o", tree["out"], tree["in"])
    #expect(try again.summary?.upToDate == names.count)
  }
}
