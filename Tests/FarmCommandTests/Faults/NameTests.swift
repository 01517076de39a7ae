import Testing
import Thumbnails

/// Row I4: a Linux name is any bytes but a slash and a zero.
@Suite struct NameTests {
  /// Names, and how messages show them.
  static let names: [(name: [UInt8], shown: String)] = [
    (Array("two\nlines.jpg".utf8), #"two\nlines.jpg"#),
    (Array("tab\tbell\u{7}.jpg".utf8), #"tab\tbell\x07.jpg"#),
    (Array("\u{1B}[31mred\u{1B}[0m.jpg".utf8), #"\x1B[31mred\x1B[0m.jpg"#),
    (Array("back\\slash.jpg".utf8), #"back\\slash.jpg"#),
    (Array("-rf.jpg".utf8), "-rf.jpg"),
    (Array("  spaces  .jpg".utf8), "  spaces  .jpg"),
    (Array("*?[x].jpg".utf8), "*?[x].jpg"),
    ([0xFF, 0xFE] + Array(".jpg".utf8), #"\xFF\xFE.jpg"#),
    (Array("caf".utf8) + [0xE9] + Array(".jpg".utf8), #"caf\xE9.jpg"#),
    (Array("überall 写真 🖼.jpg".utf8), "überall 写真 🖼.jpg"),
    // The direction of writing turned round: a name that looks like another.
    (Array("gpj.\u{202E}exe.jpg".utf8), #"gpj.\xE2\x80\xAEexe.jpg"#),
    ([0xF4, 0x8F, 0xBF, 0xBF] + Array(".jpg".utf8), "\u{10FFFF}.jpg"),
    (Array(String(repeating: "n", count: 251).utf8) + Array(".jpg".utf8), ""),
  ]

  @Test(arguments: names) func `I4 a name goes through unchanged, in a directory`(
    name: [UInt8], shown: String
  ) throws {
    let tree = Tree()
    tree.write(BytePath(Array("in/".utf8) + name), Pictures.jpeg())
    try check(tree, tree["in"], name)
  }

  @Test(arguments: names) func `I4 a name goes through unchanged, as an argument`(
    name: [UInt8], shown: String
  ) throws {
    let tree = Tree()
    let path = tree.write(BytePath(Array("in/".utf8) + name), Pictures.jpeg())
    try check(tree, path, name)
  }

  private func check(_ tree: Tree, _ path: BytePath, _ name: [UInt8]) throws {
    let run = farm("thumbs", "--json", path, "-o", tree["out"])
    #expect(run.status == 0, "\(run)")
    let made = tree.files(in: "out")
    #expect(made.count == 1)
    #expect(made.allSatisfy { $0.bytes.count <= 255 })
    if name.count <= 251 { #expect(made.map(\.bytes) == [name + Array(".jpg".utf8)]) }
    let source = tree["in"].appending(name).bytes
    let record = try #require(try run.pictures.first)
    if String(validating: source, as: UTF8.self) == nil {
      #expect(record.sourceBase64 == base64(source))
      #expect(record.outputBase64 == base64(tree["out"].bytes + Array("/".utf8) + made[0].bytes))
    } else {
      #expect(record.source.map { Array($0.utf8) } == source)
      #expect(record.sourceBase64 == nil)
    }
    let again = farm("thumbs", "--json", path, "-o", tree["out"])
    #expect(try again.summary?.upToDate == 1, "\(again)")
  }

  @Test(arguments: names.filter { !$0.shown.isEmpty })
  func `I4 a failure shows a name without obeying it`(name: [UInt8], shown: String) throws {
    let tree = Tree()
    tree.write(BytePath(Array("in/".utf8) + name), [])
    let run = farm("thumbs", tree["in"])
    #expect(run.status == 1)
    #expect(run.errorLines.first ?? "" == "\(tree.path)/in/\(shown): empty file")
    #expect(run.errorLines.count == 2)
  }

  @Test(arguments: names.filter { !$0.shown.isEmpty })
  func `I4 a missing path shows its name without obeying it`(name: [UInt8], shown: String) throws {
    let tree = Tree()
    let run = farm("thumbs", tree.path.appending(name))
    #expect(run.status == 2)
    #expect(run.errorText == "farm: \(tree.path)/\(shown): No such file or directory\n")
  }

  @Test func `I4 long names that are alike keep thumbnails of their own`() throws {
    let tree = Tree()
    let stem = String(repeating: "x", count: 250)
    for end in ["1.jpg", "2.jpg", "3.jpg"] {
      tree.write(BytePath("\(stem)\(end)"), Pictures.jpeg(40, 10 * Int(end.prefix(1))!))
    }
    #expect(farm("thumbs", tree.path).status == 0)
    let made = tree.contents(of: "thumbs")
    #expect(made.count == 3)
    #expect(Set(made.values.map { ImageHeader($0)?.height }) == [10, 20, 30])
    let before = tree.stamps(in: "thumbs")
    #expect(farm("thumbs", tree.path).status == 0)
    #expect(tree.stamps(in: "thumbs") == before)
  }
}
