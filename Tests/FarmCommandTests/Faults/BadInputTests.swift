import Glibc
import Testing
import Thumbnails

/// Rows I3, I11 and I12: what isn't a whole picture is named once, everything else is done.
@Suite struct BadInputTests {
  enum Bad: String, CaseIterable {
    case empty, truncatedJPEG, truncatedPNG, text, html, gif, onlyMagic, flippedPNG

    /// Part of the reason that is given.
    var reason: String {
      switch self {
      case .empty: "empty file"
      case .truncatedJPEG, .truncatedPNG, .onlyMagic: "truncated"
      case .text: "not a picture"
      case .html: "HTML isn't supported"
      case .gif: "GIF isn't supported"
      case .flippedPNG: "corrupt"
      }
    }

    var name: BytePath { BytePath("m-\(rawValue).jpg") }

    func make(in tree: Tree) {
      switch self {
      case .empty: tree.write(name, [])
      case .truncatedJPEG: tree.write(name, Array(Pictures.jpeg(200, 200).dropLast(900)))
      case .truncatedPNG: tree.write(name, Array(Pictures.png(200, 200).dropLast(900)))
      case .text: tree.write(name, Array("Dear diary".utf8))
      case .html: tree.write(name, Array("<html>404</html>".utf8))
      case .gif: tree.write(name, Array("GIF89a and more".utf8))
      case .onlyMagic: tree.write(name, [0xFF, 0xD8, 0xFF])
      case .flippedPNG:
        var bytes = Pictures.png(200, 200)
        bytes[bytes.count / 2] ^= 0xFF
        tree.write(name, bytes)
      }
    }
  }

  @Test func `I11 I12 each bad file is named once with its reason, and the others are done`() throws
  {
    let tree = Tree()
    tree.write("a.jpg", Pictures.jpeg())
    tree.write("z.png", Pictures.png())
    for bad in Bad.allCases { bad.make(in: tree) }
    let run = farm("thumbs", "-j2", "--json", tree.path)
    #expect(run.status == 1, "\(run)")
    #expect(tree.names(in: "thumbs") == ["a.jpg.jpg", "z.png.jpg"])
    for bad in Bad.allCases {
      let lines = run.errorLines.filter { $0.hasPrefix("\(tree[bad.name]): ") }
      #expect(lines.count == 1, "\(bad)")
      #expect(lines.first?.contains(bad.reason) == true, "\(bad): \(lines)")
      let records = try run.pictures.filter { $0.source == "\(tree[bad.name])" }
      #expect(records.map(\.status) == ["failed"], "\(bad)")
      #expect(records.first?.error?.message.contains(bad.reason) == true, "\(bad)")
    }
    let count = Bad.allCases.count
    #expect(run.errorLines.count == count + 1)
    #expect(run.errorLines.last?.hasPrefix("2 done, \(count) failed, 0 skipped in ") == true)
    #expect(try run.summary?.failed == count)
  }

  /// Neither is ever waited for.
  @Test func `I3 FIFOs, sockets and devices are skipped and counted, whatever they are called`()
    throws
  {
    let tree = FaultTree(6)
    let special = ["fifo", "fifo.jpg", "sub/fifo.png"].map { tree.tree[BytePath("in/\($0)")] }
    for path in special { _ = path.withCString { mkfifo($0, 0o644) } }
    makeSocket(tree.tree["in/socket.jpg"])
    let run = tree.run()
    try tree.check(run)
    #expect(run.status == 0, "\(run)")
    #expect(try run.summary?.otherFiles == 4)
  }

  @Test(arguments: ["fifo.jpg", "socket.jpg", "/dev/zero", "/dev/full"])
  func `I3 a special file that is asked for is refused by name`(name: String) throws {
    let tree = Tree()
    _ = tree["fifo.jpg"].withCString { mkfifo($0, 0o644) }
    makeSocket(tree["socket.jpg"])
    let path = name.hasPrefix("/") ? BytePath(name) : tree[BytePath(name)]
    let run = farm("thumbs", path, "-o", tree["out"])
    #expect(run.status == 1, "\(run)")
    #expect(run.errorText.hasPrefix("\(path): not a regular file but a "), "\(run)")
    #expect(!tree.exists("out"))
  }

  @Test func `I12 an empty file is refused by name when it's asked for`() throws {
    let tree = Tree()
    tree.write("a.jpg", [])
    let run = farm("thumbs", tree["a.jpg"])
    #expect(run.status == 1, "\(run)")
    #expect(run.errorText.hasPrefix("\(tree["a.jpg"]): empty file"), "\(run)")
    #expect(!tree.exists("thumbs"))
  }

  @Test func `I11 a picture that went bad loses its thumbnail's validity, not the file`() throws {
    let tree = Tree()
    tree.write("a.jpg", Pictures.jpeg())
    #expect(farm("thumbs", tree.path).status == 0)
    let before = Stamp(tree["thumbs/a.jpg.jpg"])
    tree.write("a.jpg", Array("gone bad".utf8))
    for _ in 0..<2 { #expect(farm("thumbs", tree.path).status == 1) }
    #expect(Stamp(tree["thumbs/a.jpg.jpg"]) == before)
  }

  @Test func `I10 --max-pixels refuses by the header`() throws {
    let tree = Tree()
    tree.write("large.jpg", Pictures.jpeg(101, 100))
    tree.write("small.jpg", Pictures.jpeg(100, 100))
    let run = farm("thumbs", "--max-pixels", "10k", tree.path)
    #expect(run.status == 1, "\(run)")
    #expect(run.errorText.hasPrefix("\(tree["large.jpg"]): too large: 101x100"), "\(run)")
    #expect(tree.names(in: "thumbs") == ["small.jpg.jpg"])
  }

  @Test func `W5 --timeout gives up on a picture, and on no other`() throws {
    let tree = Tree()
    tree.write("a.jpg", Pictures.jpeg())
    tree.write("endless.jpg", Pictures.jpeg(6000, 6000, isProgressive: true))
    tree.write("z.jpg", Pictures.jpeg())
    let run = farm("thumbs", "-j2", "--timeout", "0.1", tree.path)
    #expect(run.status == 1, "\(run)")
    let lines = run.errorLines.filter { $0.contains("endless.jpg: timed out after 0.1 s") }
    #expect(lines.count == 1, "\(run)")
    #expect(!tree.exists("thumbs/endless.jpg.jpg"))
  }

  @Test func `C8 a place that something else takes is a failure of that picture alone`() throws {
    let tree = Tree()
    tree.write("in/a.jpg", Pictures.jpeg())
    tree.write("in/sub/b.jpg", Pictures.jpeg())
    tree.write("in/c.jpg", Pictures.jpeg())
    tree.directory("out/a.jpg.jpg")
    tree.write("out/sub", Array("a file".utf8))
    let run = farm("thumbs", tree["in"], "-o", tree["out"])
    #expect(run.status == 1, "\(run)")
    #expect(run.errorText.contains("\(tree["in/a.jpg"]): can't write \(tree["out/a.jpg.jpg"]): "))
    #expect(run.errorText.contains("\(tree["in/sub/b.jpg"]): can't write "), "\(run)")
    #expect(tree.names(in: "out") == ["c.jpg.jpg", "sub"])
  }

  private func makeSocket(_ path: BytePath) {
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let number = Glibc.socket(AF_UNIX, kind, 0)
    defer { close(number) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.bytes) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    precondition(result == 0)
  }
}
