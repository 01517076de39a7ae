import FoundationEssentials
import Testing
import Thumbnails

/// `--trace`.
@Suite struct TraceTests {
  private struct Entry: Decodable {
    struct Arguments: Decodable {
      var first: Int?
      var count: Int?
    }

    var ph: String
    var cat: String?
    var args: Arguments?
  }

  /// The jobs that the trace shows; quick ones may share a block.
  private func jobs(_ tree: Tree, _ name: BytePath) throws -> [Int] {
    try JSONDecoder().decode([Entry].self, from: Data(tree.bytes(name)))
      .filter { $0.ph == "X" && $0.cat?.hasPrefix("jobs") == true }
      .flatMap { entry in
        let first = try #require(entry.args?.first)
        return first..<first + (try #require(entry.args?.count))
      }
  }

  @Test func `a run of thumbs leaves a whole trace, with every picture`() throws {
    let tree = Tree()
    for seed in 0..<7 { tree.write(BytePath("in/\(seed).jpg"), Pictures.jpeg(seed: seed)) }
    tree.write("in/bad.jpg", [])
    let run = farm("thumbs", "-j2", "--trace", tree["t.json"], tree["in"], "-o", tree["out"])
    #expect(run.status == 1)
    #expect(try jobs(tree, "t.json").sorted() == Array(0..<8))
  }

  @Test func `a run of map leaves a whole trace`() throws {
    let tree = Tree()
    let run = map(
      "--trace", tree["t.json"], "--", "sh", "-c", "exit {}", input: "0\n1\n0\n")
    #expect(run.status == 1, "\(run)")
    #expect(try jobs(tree, "t.json").count == 3)
  }

  @Test func `a trace that can't be made is found before the work`() throws {
    let tree = Tree()
    tree.write("in/a.jpg", Pictures.jpeg())
    let run = farm("thumbs", "--trace", tree["no/t.json"], tree["in"], "-o", tree["out"])
    #expect(run.status == 2)
    #expect(run.errorText.contains("--trace \(tree["no/t.json"]): No such file or directory"))
    #expect(!tree.exists("out"))
  }

  @Test func `a trace that can't be written costs the trace alone, and that's said`() throws {
    let tree = Tree()
    tree.write("in/a.jpg", Pictures.jpeg())
    let run = farm("thumbs", "--trace", "/dev/full", tree["in"], "-o", tree["out"])
    #expect(run.status == 0)
    #expect(run.errorText.contains("farm: --trace isn't complete: write: No space left"), "\(run)")
    #expect(tree.exists("out/a.jpg.jpg"))
  }
}
