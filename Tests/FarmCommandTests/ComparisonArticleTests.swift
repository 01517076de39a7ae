import Testing

/// The article "Beside other pools": what it says of the farm is proved by tests, and the README says the same. What it
/// says of others, `scripts/peers` proves.
@Suite struct ComparisonArticleTests {
  private static let article = Article.text("Sources/WorkerFarm/WorkerFarm.docc/Comparison.md")

  /// What is compared, the farm, and six others.
  private static let compared = Article.rows(in: article, columns: 8)

  /// What is compared, how the others were tried, and the farm's tests.
  private static let proofs = Article.rows(in: article, columns: 3)

  @Test func `each yes of the farm names tests that exist`() {
    let tests = Set(Article.tests.flatMap(Self.functions))
    let affirmed = Self.compared.filter { $0[1] == "yes" }.map { $0[0] }
    #expect(affirmed.count >= 15)
    for row in Self.proofs {
      let named = Article.quoted(in: row[2])
      #expect(affirmed.contains(row[0]) == !named.isEmpty, "\(row[0])")
      for name in named { #expect(tests.contains(name), "\(row[0]): \(name)") }
    }
  }

  @Test func `each row says how it's tried`() {
    #expect(Self.proofs.map { $0[0] } == Self.compared.map { $0[0] })
    for row in Self.compared {
      #expect(Set(row[1...]).isSubset(of: ["yes", "no", "breaks", "hangs", "–"]), "\(row)")
    }
    for row in Self.proofs { #expect(row[1].count > 20, "\(row[0])") }
  }

  @Test func `the README's table is a part of the article's`() {
    let rows = Article.rows(in: Article.text("README.md"), columns: 8)
    #expect(rows.count >= 10)
    for row in rows { #expect(Self.compared.contains(row), "\(row)") }
  }

  /// The names between backticks in declarations of functions.
  private static func functions(in source: String) -> [String] {
    let pieces = source.split(separator: "`", omittingEmptySubsequences: false)
    return pieces.indices.dropFirst().filter { index in
      pieces[index - 1].reversed().drop(while: \.isWhitespace).prefix(4).elementsEqual("cnuf")
    }.map { String(pieces[$0]) }
  }
}
