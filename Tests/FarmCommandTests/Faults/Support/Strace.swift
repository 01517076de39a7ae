import Glibc
import Testing
import Thumbnails

/// Faults of system calls, put in by strace.
struct Injection: Sendable, CustomTestStringConvertible {
  /// Names of calls with commas between them.
  var calls: String
  /// What becomes of a call, in strace's words: `error=ENOSPC`.
  var fault: String
  /// Only calls about this path of the tree.
  var path: BytePath?

  init(_ calls: String, _ fault: String, about path: BytePath? = nil) {
    self.calls = calls
    self.fault = fault
    self.path = path
  }

  var testDescription: String { "\(calls) \(fault)" }

  static let isPossible =
    Command(arguments: ["strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "true"])
    .runIfThere()?.status == 0

  /// What is put in front of a command line.
  ///
  /// - Parameter when: which of the calls fail, counted in each process and thread: `3`, `3+`, `1+2`.
  func prefix(_ tree: Tree, when: String) -> [BytePath] {
    let filter: [BytePath] = path.map { ["-P", tree[$0]] } ?? []
    return ["strace", "-f", "--seccomp-bpf", "-qq", "-o", tree["strace"]] + filter
      + ["-e", BytePath("trace=\(calls)"), "-e", BytePath("inject=\(calls):\(fault):when=\(when)")]
  }

  /// How many calls failed in the latest run.
  static func count(in tree: Tree) -> Int {
    String(decoding: tree.bytes("strace"), as: UTF8.self).split(separator: "\n")
      .count { $0.contains("(INJECTED)") }
  }
}

extension FaultTree {
  /// Makes the k-th of the calls fail, for k = 1, 2, 3 … until no process comes to a k-th one, and holds each
  /// run against the invariants.
  ///
  /// - Parameter suffix: `+` for all calls from the k-th on.
  /// - Returns: the runs in which something failed.
  func sweep(
    _ injection: Injection, suffix: String = "", _ more: [BytePath] = [],
    environment: [String: String?] = [:], prepare: () -> Void = {},
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> [Finished] {
    var runs: [Finished] = []
    // Far more than the tests' runs have: an end to a sweep that has none.
    for turn in 1...200 {
      clear()
      prepare()
      let run = run(
        behind: injection.prefix(tree, when: "\(turn)\(suffix)"), more, environment: environment)
      try check(run, sourceLocation: sourceLocation)
      if Injection.count(in: tree) == 0 { return runs }
      #expect(
        run.status.map { (0...3).contains($0) } ?? (run.ending == .signalled(SIGPIPE)),
        "\(run)", sourceLocation: sourceLocation)
      runs.append(run)
    }
    Issue.record("no end to \(injection)", sourceLocation: sourceLocation)
    return runs
  }
}
