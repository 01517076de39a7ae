import ArgumentParser
import Glibc
import WorkerFarm

/// `farm doctor`: what this machine offers to the farm.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Says what this machine offers, and what is missing.",
    discussion: """
      Starts a worker, has it make a thumbnail in a temporary directory, and prints what of the \
      sandbox was in force.

      Exit status: 0 everything is there, 1 something is missing.
      """)

  @Flag(help: "Print one JSON record.")
  var json = false

  func run() throws {
    let findings = Examination.findings()
    let isWell = findings.allSatisfy(\.isWell)
    let text = json ? try DoctorRecord(findings, isWell: isWell).jsonLine() : Self.text(findings)
    try Console.printOrEnd(text)
    if !isWell { throw ExitCode(1) }
  }

  private static func text(_ findings: [Finding]) -> String {
    let width = findings.map(\.name.count).max() ?? 0
    return findings.map { finding in
      let padding = String(repeating: " ", count: width - finding.name.count)
      let verdict = finding.isWell ? "ok     " : "MISSING"
      return "\(verdict)  \(finding.name)\(padding)  \(Console.escaped(finding.detail))\n"
    }.joined()
  }
}

/// Something that was looked at.
struct Finding: Encodable {
  /// A stable word, for example `landlock`.
  var name: String
  var isWell = true
  /// A number or a version where there is one, for programs.
  var value: String?
  /// For people.
  var detail: String
}

/// The line of `farm doctor --json`.
struct DoctorRecord: Encodable {
  var schemaVersion = 1
  var type = "doctor"
  var version = FarmVersion.text
  /// Whether nothing is missing.
  var isWell: Bool
  var findings: [Finding]

  init(_ findings: [Finding], isWell: Bool) {
    self.isWell = isWell
    self.findings = findings
  }
}
