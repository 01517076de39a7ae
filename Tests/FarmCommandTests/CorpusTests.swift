import Glibc
import Testing
import Thumbnails

/// Real photographs, and files that have broken other tools, where they are at hand: in the directory
/// that FARM_CORPUS names, or in `../shared/corpus` seen from the package.
@Suite(.enabled(if: Corpus.path != nil)) struct CorpusTests {
  @Test(arguments: ["1", "8"]) func `each photograph gets a thumbnail within the box`(
    jobs: String
  ) throws {
    let photos = try #require(Corpus.path).appending("photos")
    let tree = Tree()
    let run = farm("thumbs", "-j", BytePath(jobs), "-o", tree["out"], photos)
    #expect(run.status == 0, "\(run)")
    let made = tree.contents(of: "out")
    #expect(made.count == 30)
    for (name, bytes) in made {
      let header = try #require(ImageHeader(bytes), "\(name)")
      #expect((1...256).contains(header.width) && (1...256).contains(header.height))
      #expect(max(header.width, header.height) == 256, "\(name)")
    }
  }

  @Test(arguments: [["--sandbox", "off"], ["--sandbox", "require"], ["--isolate"]])
  func `each hostile file is done or named once`(confinement: [String]) throws {
    if confinement != ["--sandbox", "off"] && !Sandboxing.isPossible { return }
    let hostile = try #require(Corpus.path).appending("hostile")
    let tree = Tree()
    let arguments: [BytePath] = ["thumbs", "--json", "-j2", "-o", tree["out"], hostile]
    let run = Command(arguments: [farmPath] + arguments + confinement.map { BytePath($0) }).run()
    #expect(run.status == 1, "\(run.ending)")
    let records = try run.pictures
    let sources = records.compactMap(\.source)
    #expect(Set(sources).count == sources.count)
    let summary = try #require(try run.summary)
    let seen = sources.count + (summary.otherFiles ?? 0) + (summary.links ?? 0)
    #expect(seen == Tree.files(hostile).count)
    for record in records {
      let source = try #require(record.source)
      let lines = run.errorLines.count { $0.hasPrefix("\(source): ") }
      switch record.status {
      case "made": #expect(lines == 0, "\(source)")
      case "failed": #expect(lines == 1, "\(source)")
      default: Issue.record("\(source): \(record.status ?? "")")
      }
      #expect(record.error?.kind != "crashed", "\(source)")
      // What the coordinator itself refuses no worker begins.
      let fewest = confinement == ["--isolate"] ? 0 : 1
      #expect((fewest...1).contains(record.attempts ?? -1), "\(source)")
    }
    for (name, bytes) in tree.contents(of: "out") {
      let header = try #require(ImageHeader(bytes), "\(name)")
      #expect((1...256).contains(header.width) && (1...256).contains(header.height), "\(name)")
    }
  }
}

private enum Corpus {
  static let path: BytePath? = {
    let named = getenv("FARM_CORPUS").map { BytePath(String(cString: $0)) }
    let package = BytePath(#filePath).parent.parent.parent
    let path = named ?? package.parent.appending("shared/corpus")
    return path.withCString { access($0, R_OK) } == 0 ? path : nil
  }()
}
