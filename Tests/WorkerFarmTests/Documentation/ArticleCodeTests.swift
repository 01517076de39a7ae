import Glibc
import Testing

/// The code in the articles and in the README is code that's compiled: it stands, line by line, in a file beside this
/// one or in an example, where it's run as well.
@Suite struct ArticleCodeTests {
  private static let root = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")

  private static let texts =
    files(in: "Sources/WorkerFarm/WorkerFarm.docc", named: ".md")
    + files(in: "Sources/Thumbnails/Thumbnails.docc", named: ".md") + ["README.md"]

  private static let compiled = [
    "Tests/WorkerFarmTests/Documentation", "Tests/ThumbnailsTests/Documentation",
    "Tests/Examples/server/Sources/server", "Tests/Examples/server/Sources/squares",
  ].flatMap { files(in: $0, named: ".swift") }.map { lines(of: text(of: $0)[...]) }

  @Test(arguments: texts) func `all code is compiled`(path: String) {
    for block in Self.codeBlocks(in: Self.text(of: path)) {
      #expect(
        Self.compiled.contains { $0.contains(run: block) },
        "\(path): nowhere compiled:\n\(block.joined(separator: "\n"))")
    }
  }

  @Test func `there's code to look for`() {
    #expect(Self.texts.count >= 8)
    #expect(Self.texts.flatMap { Self.codeBlocks(in: Self.text(of: $0)) }.count >= 15)
  }

  /// The lines between "```swift" and "```".
  private static func codeBlocks(in text: String) -> [[Substring]] {
    text.split(separator: "```swift\n").dropFirst().map { lines(of: $0.split(separator: "```")[0]) }
  }

  /// Without indentation, and without empty ones.
  private static func lines(of text: Substring) -> [Substring] {
    text.split(separator: "\n").map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
  }

  private static func files(in directory: String, named suffix: String) -> [String] {
    guard let entries = opendir("\(root)/\(directory)") else { return [] }
    defer { closedir(entries) }
    var names: [String] = []
    while let entry = readdir(entries) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasSuffix(suffix) { names.append("\(directory)/\(name)") }
    }
    return names.sorted()
  }

  private static func text(of path: String) -> String {
    readFile("\(root)/\(path)") ?? ""
  }
}

extension [Substring] {
  fileprivate func contains(run: [Substring]) -> Bool {
    guard run.count <= count else { return false }
    return (0...count - run.count).contains { self[$0..<$0 + run.count].elementsEqual(run) }
  }
}
