import Testing
import Thumbnails

/// Each option that changes a thumbnail does what the library's does.
@Suite struct PictureOptionTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var arguments: [String]
    var change: @Sendable (inout ThumbnailOptions) -> Void

    init(_ arguments: String, _ change: @escaping @Sendable (inout ThumbnailOptions) -> Void) {
      self.arguments = arguments.split(separator: " ").map(String.init)
      self.change = change
    }

    var testDescription: String { arguments.joined(separator: " ") }
  }

  static let rows: [Row] = [
    Row("-s 40x30 --fit cover") {
      $0.size = ThumbnailSize("40x30")!
      $0.fit = .cover
    },
    Row("-s 20x30 --fit exact") {
      $0.size = ThumbnailSize("20x30")!
      $0.fit = .exact
    },
    Row("-s 30 --fit cover --gravity southeast") {
      $0.size = ThumbnailSize("30")!
      $0.fit = .cover
      $0.gravity = .southeast
    },
    Row("-s 30 --fit=cover --gravity=smart") {
      $0.size = ThumbnailSize("30")!
      $0.fit = .cover
      $0.gravity = .smart
    },
    Row("-s 300 --enlarge") {
      $0.size = ThumbnailSize("300")!
      $0.enlarge = true
    },
    Row("-s 20 --dpr 2") { $0.size = ThumbnailSize("40")! },
    Row("-s 20 --dpr 1.5") { $0.size = ThumbnailSize("30")! },
    Row("--subsampling 4:4:4") { $0.subsampling = .yuv444 },
    Row("--progressive") { $0.progressive = true },
    Row("--format jpeg --background #204060") {
      $0.format = .jpeg
      $0.background = RGBColor("#204060")!
    },
    Row("--format jpeg --background black") {
      $0.format = .jpeg
      $0.background = RGBColor("black")!
    },
    Row("--icc keep") { $0.icc = .keep },
    Row("--keep icc") { $0.icc = .keep },
    Row("--icc strip") { $0.icc = .strip },
    Row("--keep copyright") { $0.keep = [.copyright] },
    Row("--keep copyright --keep exif") { $0.keep = [.copyright, .exif] },
    Row("--keep exif,gps") { $0.keep = [.exif, .gps] },
    Row("--use-preview -s 30") {
      $0.size = ThumbnailSize("30")!
      $0.usePreview = true
    },
  ]

  private let pictures: [BytePath: [UInt8]] = [
    "photo.jpg": Pictures.jpeg(
      96, 72, exif: Exif(preview: Pictures.jpeg(48, 36, seed: 3)).encoded()),
    "clear.png": Pictures.png(70, 90, alpha: 99).asDisplayP3,
  ]

  @Test(arguments: rows) func `an option is the library's`(row: Row) throws {
    let tree = Tree()
    for (name, bytes) in pictures { tree.write(name, bytes) }
    let run = Command(
      arguments: [farmPath, "thumbs", tree.path] + row.arguments.map { BytePath($0) }
    ).run()
    #expect(run.status == 0, "\(run)")
    var options = ThumbnailOptions(size: .standard)
    let plain = options
    row.change(&options)
    var differs = false
    for (name, bytes) in pictures {
      let path = try #require(tree.files(in: "thumbs").first { $0.bytes.starts(with: name.bytes) })
      let file = tree.bytes(BytePath("thumbs/\(path)"))
      // It differs from file to file, and what it says is tested elsewhere.
      options.tag = ThumbnailTag.read(fromHead: file)
      #expect(try Thumbnailer(options: options).thumbnail(of: bytes).bytes == file, "\(name)")
      var same = plain
      same.tag = options.tag
      if try Thumbnailer(options: same).thumbnail(of: bytes).bytes != file { differs = true }
    }
    #expect(differs, "the option does nothing to these pictures")
    // The settings are remembered: the same run has nothing to do, the default one has.
    let again = Command(
      arguments: [farmPath, "thumbs", "--json", tree.path] + row.arguments.map { BytePath($0) }
    ).run()
    #expect(try again.summary?.upToDate == 2, "\(again)")
    #expect(try farm("thumbs", "--json", tree.path).summary?.made == 2)
  }

  @Test func `metadata and profiles get out only when they're asked for`() throws {
    let tree = Tree()
    for (name, bytes) in pictures { tree.write(name, bytes) }
    func made(_ options: BytePath..., format: BytePath) -> (photo: [UInt8], clear: [UInt8]) {
      let arguments: [BytePath] = [farmPath, "thumbs", "--format", format, tree.path]
      let run = Command(arguments: arguments + options).run()
      #expect(run.status == 0, "\(run)")
      let suffix: BytePath = format == "png" ? ".png" : ".jpg"
      func bytes(_ name: String) -> [UInt8] { tree.bytes(BytePath("thumbs/\(name)\(suffix)")) }
      return (bytes("photo.jpg"), bytes("clear.png"))
    }
    for (format, profile) in [("jpeg", "ICC_PROFILE"), ("png", "iCCP")] {
      let format = BytePath(format)
      for nothing in [made(format: format), made("--icc", "strip", format: format)] {
        for text in [Exif.maker, Exif.artist, Exif.place] { #expect(!nothing.photo.contains(text)) }
        #expect(!nothing.clear.contains(profile))
      }
      let copyright = made("--keep", "copyright", format: format).photo
      #expect(copyright.contains(Exif.artist) && !copyright.contains(Exif.maker))
      let exif = made("--keep", "exif", format: format).photo
      #expect(exif.contains(Exif.artist) && exif.contains(Exif.maker))
      #expect(!exif.contains(Exif.place))
      let all = made("--keep", "exif,gps,icc", format: format)
      #expect(all.photo.contains(Exif.maker) && all.photo.contains(Exif.place))
      #expect(all.clear.contains(profile))
    }
  }
}
