import Foundation
import Testing
import Thumbnails

@Suite struct DoctorTests {
  private struct Record: Decodable {
    struct Finding: Decodable {
      var name: String
      var isWell: Bool
      var value: String?
      var detail: String
    }

    var type: String
    var isWell: Bool
    var findings: [Finding]
  }

  private func record(_ run: Finished) throws -> Record {
    #expect(run.outputLines.count == 1)
    return try JSONDecoder().decode(Record.self, from: Data(run.output))
  }

  private static let names = [
    "processors", "memory", "descriptors", "pipes", "limits", "pidfd", "landlock", "seccomp",
    "libjpeg-turbo", "libpng", "zlib", "lcms2", "libwebp", "worker", "sandbox",
  ]

  @Test(.enabled(if: Sandboxing.isPossible))
  func `a machine with everything is well`() throws {
    let run = farm("doctor", "--json")
    #expect(run.status == 0, "\(run)")
    let record = try record(run)
    #expect(record.type == "doctor" && record.isWell)
    #expect(Self.names.filter { $0 != "libwebp" }.allSatisfy(record.findings.map(\.name).contains))
    #expect(record.findings.allSatisfy { $0.isWell && !$0.detail.isEmpty })
    let worker = try #require(record.findings.first { $0.name == "worker" }?.value)
    #expect(try #require(Double(worker)) > 0)
    #expect(record.findings.last?.value == "complete")

    let text = farm("doctor")
    #expect(text.status == 0 && text.outputLines.count == record.findings.count)
    #expect(text.outputLines.allSatisfy { $0.hasPrefix("ok ") }, "\(text)")
  }

  @Test(.enabled(if: Sandboxing.isPossible))
  func `what is missing is named, and is the exit status`() throws {
    let run = Sandboxing.lackingLandlock(["doctor"])
    #expect(run.status == 1, "\(run)")
    let missing = run.outputLines.filter { $0.hasPrefix("MISSING") }
    #expect(missing.count == 2, "\(run)")
    #expect(missing[0].contains("landlock"))
    #expect(missing[1].contains("sandbox") && missing[1].contains("Landlock: it's turned off"))
    let record = try record(Sandboxing.lackingLandlock(["doctor", "--json"]))
    #expect(!record.isWell)
    #expect(record.findings.filter { !$0.isWell }.map(\.name) == ["landlock", "sandbox"])
  }

  @Test func `no place for a file is told`() throws {
    let run = farm("doctor", environment: ["TMPDIR": "/nonexistent"])
    #expect(run.status == 1)
    let problem = "no temporary directory in /nonexistent: No such file or directory"
    #expect(run.outputText.contains(problem), "\(run)")
  }
}
