import Glibc
import Testing
import Thumbnails

/// Pictures on which the command is run once without a fault and then with one, and what must hold then,
/// whatever the fault was: the invariants (a) to (g) of the article "Faults".
final class FaultTree {
  let tree = Tree()
  private let size: String
  private let options: [BytePath]
  private var calm: Calm?

  /// What a run without a fault makes.
  private struct Calm {
    /// In the order of the records.
    var sources: [String]
    /// The name of each source's thumbnail, of those that have one.
    var names: [String: BytePath]
    var files: [BytePath: [UInt8]]
  }

  /// - Parameter count: pictures `00.jpg`, `01.jpg` …; every fourth is in a subdirectory.
  init(
    _ count: Int = 12, side: Int = 48, size: String = "16", options: [BytePath] = ["-j2"]
  ) {
    self.size = size
    self.options = options
    for seed in 0..<count {
      let name = (seed < 10 ? "0\(seed)" : "\(seed)") + ".jpg"
      add(BytePath(seed % 4 == 3 ? "sub/\(name)" : name), Pictures.jpeg(side, side, seed: seed))
    }
  }

  @discardableResult
  func add(_ name: BytePath, _ bytes: [UInt8]) -> BytePath {
    tree.write(BytePath("in/\(name)"), bytes)
  }

  /// An input's path as the records have it.
  func source(_ name: String) -> String { "\(tree.path)/in/\(name)" }

  /// The command line of a run into `out`.
  func arguments(into output: BytePath = "out") -> [BytePath] {
    [farmPath, "thumbs", "-s", BytePath(size), "--json", tree["in"], "-o", tree[output]] + options
  }

  func start(
    behind prefix: [BytePath] = [], _ more: [BytePath] = [], environment: [String: String?] = [:]
  ) -> RunningCommand {
    Command(arguments: prefix + arguments() + more, environment: environment).start()
  }

  func run(
    behind prefix: [BytePath] = [], _ more: [BytePath] = [], environment: [String: String?] = [:]
  ) -> Finished {
    start(behind: prefix, more, environment: environment).wait()
  }

  /// Takes away what the runs so far made.
  func clear() { tree.remove("out") }

  private func calmRun() throws -> Calm {
    if let calm { return calm }
    let run = Command(arguments: arguments(into: "calm")).run()
    let pictures = try run.pictures
    var names: [String: BytePath] = [:]
    for record in pictures {
      guard let source = record.source, let output = record.output else { continue }
      names[source] = BytePath(output.utf8.dropFirst(tree["calm"].bytes.count + 1))
    }
    #expect(run.status == (names.count == pictures.count ? 0 : 1), "\(run)")
    let made = Calm(
      sources: pictures.compactMap(\.source), names: names, files: tree.contents(of: "calm"))
    #expect(made.files.count == names.count && !names.isEmpty)
    calm = made
    return made
  }

  /// Holds a run against the invariants.
  ///
  /// - Parameter untold: inputs that may come out in any way, whole, because somebody changes them meanwhile.
  func check(
    _ run: Finished, untold: Set<String> = [], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let calm = try calmRun()
    // (d) It ended by itself; a bound for what hangs is in the command's runner.
    #expect(run.ending != .hung, "\(run)", sourceLocation: sourceLocation)
    // (c) With all that it started.
    #expect(
      eventually { Processes.inSession(run.session).isEmpty },
      "left: \(Processes.inSession(run.session))", sourceLocation: sourceLocation)
    let records = try run.wholeRecords.filter { $0.type == "picture" }
    let made = tree.thumbnails(in: "out")
    checkFiles(made, calm, untold, sourceLocation)
    checkOrder(run, records, calm, sourceLocation)
    for record in records where !untold.contains(record.source ?? "") {
      try checkRecord(record, of: run, made, calm, sourceLocation)
    }
    if run.isComplete {
      let failed = records.contains { $0.status == "failed" }
      #expect(run.status == (failed ? 1 : 0), "\(run)", sourceLocation: sourceLocation)
    }
  }

  /// (a) Byte-equal, or not there. (b) So nothing partial and nothing temporary is there.
  private func checkFiles(
    _ made: [BytePath: [UInt8]], _ calm: Calm, _ untold: Set<String>,
    _ sourceLocation: SourceLocation
  ) {
    let loose = Set(untold.compactMap { calm.names[$0] })
    for (name, bytes) in made {
      let isRight =
        loose.contains(name) ? ImageHeader(bytes) != nil : calm.files[name] == bytes
      #expect(isRight, "\(name): \(bytes.count) bytes", sourceLocation: sourceLocation)
    }
  }

  /// (e) In input order. (g) Each once: all of them, or as far as the run came.
  private func checkOrder(
    _ run: Finished, _ records: [Record], _ calm: Calm, _ sourceLocation: SourceLocation
  ) {
    let sources = records.compactMap(\.source)
    let expected = run.isComplete ? calm.sources : Array(calm.sources.prefix(sources.count))
    #expect(sources == expected, "\(run)", sourceLocation: sourceLocation)
  }

  /// (a) What isn't there is named. (g) On standard error as well, once.
  private func checkRecord(
    _ record: Record, of run: Finished, _ made: [BytePath: [UInt8]], _ calm: Calm,
    _ sourceLocation: SourceLocation
  ) throws {
    let source = try #require(record.source, sourceLocation: sourceLocation)
    let complaints = run.errorLines.count { $0.hasPrefix("\(source): ") }
    switch record.status {
    case "made", "upToDate":
      let isThere = calm.names[source].map { made[$0] != nil } ?? false
      #expect(isThere && complaints == 0, "\(source) in \(run)", sourceLocation: sourceLocation)
    case "failed":
      #expect(complaints == 1, "\(source) in \(run)", sourceLocation: sourceLocation)
      #expect(record.error?.message.isEmpty == false, sourceLocation: sourceLocation)
    case "cancelled":
      #expect(!run.isComplete && complaints == 0, "\(run)", sourceLocation: sourceLocation)
    default:
      Issue.record("\(record.status ?? "nothing") became of \(source)")
    }
  }
}

extension Finished {
  /// It came to its end: every input has its outcome.
  var isComplete: Bool { status == 0 || status == 1 }

  /// Those that failed, by the last part of their names.
  var failures: [String: Record] {
    get throws {
      let failed = try wholeRecords.filter { $0.status == "failed" }
      return Dictionary(
        failed.map { (String(($0.source ?? "").split(separator: "/").last ?? ""), $0) },
        uniquingKeysWith: { first, _ in first })
    }
  }
}
