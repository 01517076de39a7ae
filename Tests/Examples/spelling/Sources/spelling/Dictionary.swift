import Glibc
import WorkerFarm

/// Words, and which of them is nearest to another.
struct Dictionary {
  private var words: [[UInt8]] = []
  private var known: Set<String> = []

  /// - Parameter path: a file with a word on each line.
  init(contentsOf path: String) throws {
    guard let file = fopen(path, "re") else { throw SystemError(call: "open", code: errno) }
    defer { fclose(file) }
    var line: UnsafeMutablePointer<CChar>?
    var room = 0
    defer { free(line) }
    while getline(&line, &room, file) > 0, let start = line {
      let word = String(cString: start).filter { !$0.isNewline }
      words.append(Array(word.utf8))
      known.insert(word)
    }
  }

  func contains(_ word: String) -> Bool { known.contains(word) }

  /// The word with the fewest letters to insert, remove or replace; the first of several, nil of none.
  func nearest(to word: String) -> String? {
    let letters = Array(word.utf8)
    let best = words.min { Self.distance($0, letters) < Self.distance($1, letters) }
    return best.map { String(decoding: $0, as: UTF8.self) }
  }

  /// Levenshtein's, a row at a time.
  private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
    var row = Array(0...second.count)
    for (i, letter) in first.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in second.enumerated() {
        let above = row[j + 1]
        row[j + 1] = min(above + 1, row[j] + 1, diagonal + (letter == other ? 0 : 1))
        diagonal = above
      }
    }
    return row[second.count]
  }
}
