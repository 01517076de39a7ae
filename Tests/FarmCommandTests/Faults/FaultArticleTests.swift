import Glibc
import Testing
import Thumbnails

/// The article "Faults" against the tests that it lists.
@Suite struct FaultArticleTests {
  private static let package = BytePath(#filePath).parent.parent.parent.parent

  /// `W1` to `W15`, `C1` to `C11`, `I1` to `I12`.
  private static let rows =
    (1...15).map { "W\($0)" } + (1...11).map { "C\($0)" } + (1...12).map { "I\($0)" }

  private static func text(_ path: BytePath) -> String {
    String(decoding: readBytes(path), as: UTF8.self)
  }

  /// What stands between backticks and begins with a row's number.
  private static func names(in text: String) -> Set<String> {
    let pieces = text.split(separator: "`", omittingEmptySubsequences: false).map(String.init)
    return Set(
      pieces.filter { piece in
        let words = piece.split(separator: " ")
        return words.count > 1 && rows.contains(String(words[0])) && !piece.contains("\n")
      })
  }

  @Test func `each row names its tests, and each test of a row is named`() {
    let article = Self.text(
      Self.package.appending("Sources/WorkerFarm/WorkerFarm.docc/Faults.md"))
    let tests = Self.package.appending("Tests")
    let sources = Tree.files(tests).filter { $0.bytes.suffix(6) == Array(".swift".utf8) }
    let written = sources.reduce(into: Set<String>()) { names, file in
      names.formUnion(Self.names(in: Self.text(tests.appending(file.bytes))))
    }
    let listed = Self.names(in: article)
    #expect(listed == written, "\(listed.symmetricDifference(written))")
    for row in Self.rows {
      let line = article.split(separator: "\n").filter { $0.hasPrefix("| \(row) |") }
      #expect(line.count == 1, "\(row)")
      #expect(
        line.first.map { $0.contains("`\(row) ") || $0.contains("as W7") || $0.contains("as C1") }
          == true, "\(row)")
    }
  }
}
