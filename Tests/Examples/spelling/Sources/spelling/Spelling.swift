import Glibc
import WorkerFarm

/// Reads words from standard input, one a line, and prints for each that isn't in a dictionary the one that
/// comes nearest to it.
@main
struct Spelling {
  static func main() async {
    // A worker is this program, started again: it goes no further than this line.
    WorkerProcess.serveIfRequested(CheckWord.self)
    guard CommandLine.arguments.count == 2 else {
      complain("usage: spelling DICTIONARY < WORDS")
      exit(2)
    }
    do {
      exit(try await check(with: CommandLine.arguments[1]) ? 0 : 1)
    } catch {
      complain("\(error)")
      exit(3)
    }
  }

  /// False if a word couldn't be checked.
  private static func check(with dictionary: String) async throws -> Bool {
    // What a worker needs before its first job reaches it through its environment.
    var configuration = PoolConfiguration()
    configuration.command.environment[CheckWord.variable] = dictionary
    return try await withWorkerPool(configuration) { pool in
      var allChecked = true
      let words = AnyIterator { readLine() }
      for try await outcome in pool.outcomes(of: words.lazy.map { CheckWord(word: $0) }) {
        switch outcome.result {
        case .success(let better): if let better { print("\(outcome.input.word) → \(better)") }
        case .failure(let failure):
          complain("\(outcome.input.word): \(failure)")
          allChecked = false
        }
      }
      return allChecked
    }
  }

  private static func complain(_ text: String) {
    let line = Array("spelling: \(text)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
  }
}

/// One word; nil if it's spelt right.
struct CheckWord: StatefulJob, Codable {
  typealias Output = String?

  var word: String

  static let variable = "SPELLING_DICTIONARY"

  /// Reads the dictionary: once for each worker, not for each word.
  static func setUp() throws -> Dictionary {
    guard let path = getenv(variable).map({ String(cString: $0) }) else { throw NoDictionary() }
    return try Dictionary(contentsOf: path)
  }

  func run(with dictionary: inout Dictionary) -> String? {
    dictionary.contains(word) ? nil : dictionary.nearest(to: word)
  }

  struct NoDictionary: Error, CustomStringConvertible {
    var description = "\(CheckWord.variable) isn't set"
  }
}
