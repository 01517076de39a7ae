import Thumbnails
import WorkerFarm

/// A command in one text, as a person writes it for a shell.
enum ShellWords {
  /// Words with quotes and backslashes resolved, or what only a shell understands.
  enum Reading: Equatable {
    case words([String])
    case needsShell
  }

  /// What has a meaning in a shell wherever it stands unquoted.
  private static let special: Set<Character> = [
    "|", "&", ";", "<", ">", "(", ")", "$", "`", "*", "?", "[", "\n", "~", "#", "{", "!",
  ]

  /// - Throws: ``UsageError`` for a quote that isn't closed.
  static func read(_ text: String) throws(UsageError) -> Reading {
    var words: [String] = []
    var word: String?
    var rest = text[...]
    while let character = rest.popFirst() {
      switch character {
      case " ", "\t":
        if let word { words.append(word) }
        word = nil
      case "'":
        guard let end = rest.firstIndex(of: "'") else { throw unclosed(text) }
        word = (word ?? "") + rest[..<end]
        rest = rest[rest.index(after: end)...]
      case "\"":
        guard let quoted = try doubleQuoted(&rest, text) else { return .needsShell }
        word = (word ?? "") + quoted
      case "\\":
        guard let next = rest.popFirst() else { throw unclosed(text) }
        word = (word ?? "") + String(next)
      case _ where special.contains(character): return .needsShell
      case "=" where words.isEmpty: return .needsShell
      default: word = (word ?? "") + String(character)
      }
    }
    if let word { words.append(word) }
    return .words(words)
  }

  /// Up to the closing quote; nil if there's something to be put in.
  private static func doubleQuoted(
    _ rest: inout Substring, _ text: String
  ) throws(UsageError) -> String? {
    var result = ""
    while let character = rest.popFirst() {
      switch character {
      case "\"": return result
      case "$", "`": return nil
      case "\\":
        guard let next = rest.popFirst() else { throw unclosed(text) }
        result += "\"\\$`".contains(next) ? String(next) : "\\\(next)"
      default: result.append(character)
      }
    }
    throw unclosed(text)
  }

  private static func unclosed(_ text: String) -> UsageError {
    UsageError(description: "a quote or backslash at the end of '\(Console.escaped(text))' is open")
  }
}

extension WorkerCommand {
  /// The command that a person wrote in one text: started directly where that means the same as with a shell.
  ///
  /// - Throws: ``UsageError`` if there's no such program.
  init(text: String) throws(UsageError) {
    switch try ShellWords.read(text) {
    case .needsShell: self.init(executable: "/bin/sh", arguments: ["-c", text])
    case .words(let words): try self.init(words: words)
    }
  }

  init(words: [String]) throws(UsageError) {
    guard let name = words.first else { throw UsageError(description: "the command is empty") }
    let program = try ProgramSearch.find(BytePath(name))
    // The library takes text; a path that isn't would be another one.
    guard let path = String(validating: program.bytes, as: UTF8.self) else {
      throw UsageError(description: "\(program): a worker's path has to be UTF-8")
    }
    self.init(executable: path, arguments: Array(words.dropFirst()))
  }
}
