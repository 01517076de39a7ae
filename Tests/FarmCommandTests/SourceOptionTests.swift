import Testing
import Thumbnails

/// Options about what a thumbnail is made from, and what the report says of it.
@Suite struct SourceOptionTests {
  @Test func `a preview is used when it's asked for and will do, and that's said`() throws {
    let tree = Tree()
    let exif = Exif(preview: Pictures.jpeg(80, 60, seed: 9)).encoded()
    tree.write("in/camera.jpg", Pictures.jpeg(160, 120, exif: exif))
    tree.write("in/plain.jpg", Pictures.jpeg(160, 120))
    let run = farm("thumbs", "--json", "-s", "60", "--use-preview", "-o", tree["out"], tree["in"])
    #expect(run.status == 0, "\(run)")
    #expect(try run.pictures.map(\.usedPreview) == [true, nil])
    #expect(try run.summary?.fromPreviews == 1)
    #expect(run.errorText.hasPrefix("2 done (1 from previews), 0 failed"), "\(run)")
    #expect(tree.bytes("out/camera.jpg.jpg") != tree.bytes("out/plain.jpg.jpg"))

    let tooLarge = farm(
      "thumbs", "--json", "-s", "60,100", "--use-preview", "-o", tree["large"], tree["in"])
    #expect(try tooLarge.pictures.map(\.usedPreview) == [nil, nil])
    let unasked = farm("thumbs", "--json", "-s", "60", "-o", tree["out"], tree["in"])
    #expect(try unasked.summary?.made == 2)
    #expect(try unasked.pictures.map(\.usedPreview) == [nil, nil])
    #expect(unasked.errorText.hasPrefix("2 done, 0 failed"), "\(unasked)")
  }

  @Test func `I11 damaged pictures are failures, or leniently shown and named`() throws {
    let tree = Tree()
    let whole = Pictures.jpeg(200, 200)
    tree.write("cut.jpg", Array(whole.dropLast(whole.count / 2)))
    tree.write("whole.jpg", whole)
    let strict = farm("thumbs", "--json", tree.path)
    #expect(strict.status == 1)
    #expect(try strict.pictures.map(\.status) == ["failed", "made"])
    let lenient = farm("thumbs", "--json", "--lenient", tree.path)
    #expect(lenient.status == 0, "\(lenient)")
    #expect(try lenient.pictures.map(\.status) == ["made", "made"])
    let warnings = try lenient.pictures.map(\.warnings)
    #expect((warnings[0] ?? 0) > 0 && warnings[1] == 0)
    #expect(try lenient.summary?.withWarnings == 1)
    let line = lenient.errorLines.first ?? ""
    #expect(line.hasPrefix("\(tree["cut.jpg"]): made, with "), "\(lenient)")
    #expect(line.hasSuffix("parts of it may be missing"), "\(lenient)")
    let counts = "2 done (1 with warnings), 0 failed"
    #expect(lenient.errorLines.last?.hasPrefix(counts) == true, "\(lenient)")
    let quiet = farm("thumbs", "--lenient", "--force", "--quiet", tree.path)
    #expect(quiet.status == 0 && quiet.errors.isEmpty, "\(quiet)")
  }

  @Test func `placeholders are in the record, also of what is up to date`() throws {
    let tree = Tree()
    tree.write("a.jpg", Pictures.jpeg(200, 100))
    tree.write("clear.png", Pictures.png(alpha: 0))
    tree.write("half.png", Pictures.png(alpha: 128))
    let both = ["--placeholder", "thumbhash,color"]
    let separate = ["--placeholder=color", "--placeholder", "thumbhash"]
    for (options, status) in [(both, "made"), (separate, "upToDate")] {
      let run = Command(
        arguments: [farmPath, "thumbs", "--json", tree.path] + options.map { BytePath($0) }
      ).run()
      for (record, name) in zip(try run.pictures, ["a.jpg", "clear.png", "half.png"]) {
        let thumbnail = try #require(record.thumbnails?.first)
        #expect(thumbnail.status == status, "\(name)")
        var asked = ThumbnailOptions(size: .standard)
        asked.placeholders = [.thumbhash, .dominantColor]
        let expected = try Thumbnailer(options: asked).thumbnail(of: tree.bytes(BytePath(name)))
        #expect(thumbnail.thumbhash == expected.thumbhash, "\(name)")
        #expect(thumbnail.color == expected.dominantColor?.description, "\(name)")
        #expect((thumbnail.color == nil) == (name == "clear.png"))
      }
    }
    // What isn't asked for isn't told, and costs nothing.
    for options: [BytePath] in [[], ["--placeholder", "color"]] {
      let run = Command(arguments: [farmPath, "thumbs", "--json", tree.path] + options).run()
      #expect(try run.summary?.upToDate == 3)
      #expect(try run.pictures.allSatisfy { $0.thumbnails?.first?.thumbhash == nil })
    }
    // What isn't known is made again.
    #expect(farm("thumbs", "--force", tree.path).status == 0)
    let run = farm("thumbs", "--json", "--placeholder", "color", tree.path)
    #expect(try run.summary?.made == 3)
  }
}
