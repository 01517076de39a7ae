import Testing

/// The article "Faults" against the tests that it lists.
@Suite struct FaultArticleTests {
  /// `W1` to `W15`, `C1` to `C11`, `I1` to `I12`.
  private static let rows =
    (1...15).map { "W\($0)" } + (1...11).map { "C\($0)" } + (1...12).map { "I\($0)" }

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
    let article = Article.text("Sources/WorkerFarm/WorkerFarm.docc/Faults.md")
    let written = Article.tests.reduce(into: Set<String>()) { $0.formUnion(Self.names(in: $1)) }
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
