import Thumbnails

/// A text of this package, and what tests look for in one.
enum Article {
  static let package = BytePath(#filePath).parent.parent.parent.parent

  static func text(_ path: BytePath) -> String {
    String(decoding: readBytes(package.appending(path.bytes)), as: UTF8.self)
  }

  /// The texts of all tests.
  static let tests: [String] = {
    let place = BytePath("Tests")
    return Tree.files(package.appending(place.bytes))
      .filter { $0.bytes.suffix(6) == Array(".swift".utf8) }
      .map { text(place.appending($0.bytes)) }
  }()

  /// What stands between backticks.
  static func quoted(in text: some StringProtocol) -> [String] {
    let pieces = text.split(separator: "`", omittingEmptySubsequences: false)
    return stride(from: 1, to: pieces.count, by: 2).map { String(pieces[$0]) }
  }

  /// The rows of the text's tables that have so many columns, without their heads.
  static func rows(in text: String, columns: Int) -> [[String]] {
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("|") }
    return lines.map(cells).filter { cells in
      cells.count == columns && !cells[0].isEmpty && !cells[0].hasPrefix("---")
    }
  }

  /// ` a | b ` between the outer bars.
  private static func cells(of line: Substring) -> [String] {
    line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
      .map { cell in
        String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
      }
  }
}
