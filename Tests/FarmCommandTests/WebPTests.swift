import Testing
import Thumbnails

#if WebP
  /// WebP through the command: as a source and as a thumbnail.
  @Suite struct WebPTests {
    /// What the library makes of a PNG.
    private func webp(_ width: Int, _ height: Int, alpha: UInt8? = nil) throws -> [UInt8] {
      let size = try #require(ThumbnailSize(width: width, height: height))
      let options = ThumbnailOptions(size: size, quality: 90, format: .webp)
      return try Thumbnailer(options: options)
        .thumbnail(of: Pictures.png(width, height, alpha: alpha)).bytes
    }

    @Test func `a WebP is found by its name or its bytes, and gets a thumbnail`() throws {
      let tree = Tree()
      tree.write("a.webp", try webp(400, 200))
      tree.write("see-through.WEBP", try webp(300, 300, alpha: 90))
      tree.write("no-extension", try webp(64, 64))
      let run = farm("thumbs", "--json", tree.path)
      #expect(run.status == 0, "\(run)")
      #expect(
        tree.names(in: "thumbs")
          == ["a.webp.jpg", "no-extension.jpg", "see-through.WEBP.png"])
      let expected = ImageHeader(format: .jpeg, width: 256, height: 128)
      #expect(ImageHeader(tree.bytes("thumbs/a.webp.jpg")) == expected)
      #expect(try run.pictures.allSatisfy { $0.status == "made" })
    }

    @Test func `--format webp writes WebP, and a second run finds it up to date`() throws {
      let tree = Tree()
      tree.write("a.jpg", Pictures.jpeg(400, 200))
      tree.write("b.png", Pictures.png(200, 400, alpha: 100))
      tree.write("c.webp", try webp(30, 20))
      let run = farm("thumbs", "--format", "webp", "-s", "100", tree.path)
      #expect(run.status == 0, "\(run)")
      let made = tree.contents(of: "thumbs")
      #expect(made.map { "\($0.key)" }.sorted() == ["a.jpg.webp", "b.png.webp", "c.webp.webp"])
      let sizes = [(100, 50), (50, 100), (30, 20)]
      for (name, size) in zip(made.keys.sorted { "\($0)" < "\($1)" }, sizes) {
        let expected = ImageHeader(format: .webp, width: size.0, height: size.1)
        #expect(ImageHeader(made[name] ?? []) == expected, "\(name)")
      }
      let again = farm("thumbs", "--format", "webp", "-s", "100", tree.path)
      #expect(again.errorText.hasPrefix("0 done, 0 failed, 3 skipped (3 up to date)"), "\(again)")
    }

    @Test func `a WebP that is cut, or isn't whole any more, is made again`() throws {
      let tree = Tree()
      tree.write("a.jpg", Pictures.jpeg(200, 200))
      #expect(farm("thumbs", "--format", "webp", tree.path).status == 0)
      let whole = tree.bytes("thumbs/a.jpg.webp")
      tree.write("thumbs/a.jpg.webp", whole.dropLast(10))
      let run = farm("thumbs", "--format", "webp", tree.path)
      #expect(run.errorText.hasPrefix("1 done, "), "\(run)")
      #expect(tree.bytes("thumbs/a.jpg.webp") == whole)
    }

    @Test func `a truncated or broken WebP is named`() throws {
      let tree = Tree()
      let bytes = try webp(200, 200)
      tree.write("a.webp", Array(bytes.prefix(bytes.count / 2)))
      tree.write("b.webp", Array(bytes.prefix(20)) + [UInt8](repeating: 7, count: bytes.count - 20))
      let run = farm("thumbs", tree.path)
      #expect(run.status == 1, "\(run)")
      #expect(run.errorText.contains("\(tree["a.webp"]): truncated: "), "\(run)")
      #expect(run.errorText.contains("\(tree["b.webp"]): corrupt: "), "\(run)")
    }

    @Test func `a quality applies to WebP too`() throws {
      let tree = Tree()
      tree.write("a.jpg", Pictures.jpeg(200, 200))
      for quality: BytePath in ["10", "95"] {
        let run = farm(
          "thumbs", "-q", quality, "--format", "webp", "-o", tree[quality], tree["a.jpg"])
        #expect(run.status == 0, "\(run)")
      }
      #expect(
        tree.bytes("10/a.jpg.webp").count * 2 < tree.bytes("95/a.jpg.webp").count)
    }
  }
#else
  /// The command of a build without libwebp.
  @Suite struct WebPAbsenceTests {
    @Test func `WebP is refused by name, in and out`() throws {
      let tree = Tree()
      tree.write("a.webp", Array("RIFF    WEBPVP8 ".utf8))
      let run = farm("thumbs", tree.path)
      #expect(run.status == 1, "\(run)")
      #expect(run.errorText.contains("WebP isn't supported"), "\(run)")
      let refused = farm("thumbs", "--format", "webp", tree.path)
      #expect(refused.status == 2, "\(refused)")
      #expect(refused.errorText.contains("'auto', 'jpeg' or 'png'"), "\(refused)")
    }
  }
#endif
