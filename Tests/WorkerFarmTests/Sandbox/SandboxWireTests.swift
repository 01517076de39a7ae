import Testing

@testable import WorkerFarm

@Suite struct SandboxWireTests {
  static let policies: [SandboxPolicy] = [
    .bytesOnly, .bytesOnly.enforced(.try),
    .files(read: [], write: []), .files(read: ["/a", ""], write: ["b"]).enforced(.try),
    .files(read: [SandboxPolicy.Path([0xFF, 0x0A, 0x80])], write: []),
    SandboxPolicy(
      .bytesOnly,
      limits: .init(memory: 1, processorSeconds: 0, fileSize: .max, descriptors: nil)),
  ]

  @Test(arguments: policies) func `a pool's hello tells the policy`(policy: SandboxPolicy) throws {
    let hello = Hello(pid: 1, frameLimit: 5, isFromCoordinator: true, sandbox: policy)
    #expect(try parsed(payload(of: hello)) == hello)
  }

  @Test func `a policy may name any number of paths`() throws {
    let paths = (0..<100_000).map { SandboxPolicy.Path("/some/where/picture-\($0).jpg") }
    let hello = Hello(pid: 1, frameLimit: 5, sandbox: .files(read: paths, write: []))
    #expect(try parsed(payload(of: hello)).sandbox?.access == .files(read: paths, write: []))
  }

  @Test func `a worker's hello tells what is in force`() throws {
    let report = SandboxReport(
      inForce: [.files, .signals], landlockVersion: 7, problems: ["seccomp: no", "limits: no"])
    let hello = Hello(pid: 1, frameLimit: 5, sandboxReport: report)
    #expect(try parsed(payload(of: hello)) == hello)
  }

  @Test func `unknown fields are skipped, and fields cut anywhere do no harm`() throws {
    let report = SandboxReport(inForce: [.files], landlockVersion: 1, problems: ["x"])
    let plain = Hello(pid: 1, frameLimit: 5)
    let start = payload(of: plain)
    let field = payload(of: Hello(pid: 1, frameLimit: 5, sandboxReport: report))[start.count...]
    let unknown: [UInt8] = [77, 0, 3, 0, 0, 0, 1, 2, 3]
    #expect(try parsed(start + unknown + field + unknown).sandboxReport == report)
    for count in 0..<field.count {
      #expect(try parsed(start + field.prefix(count)) == plain)
    }
  }

  @Test func `what isn't in force is known from what is, whatever is said beside it`() {
    let all = Set(SandboxReport.Measure.allCases)
    for measure in all {
      let report = SandboxReport(inForce: all.subtracting([measure]))
      #expect(report.fulfils(.bytesOnly) == (measure == .signals))
      #expect(report.shortfall(.bytesOnly).hasPrefix("missing: "))
      #expect(report.fulfils(.none))
    }
    let weakest = SandboxReport(inForce: [.files, .limits], landlockVersion: 7, problems: ["a"])
      .weakest(SandboxReport(inForce: [.limits], landlockVersion: 3, problems: ["a", "b"]))
    #expect(
      weakest == SandboxReport(inForce: [.limits], landlockVersion: 3, problems: ["a", "b"]))
  }

  private func payload(of hello: Hello) -> [UInt8] {
    var writer = ByteWriter()
    hello.write(to: &writer)
    return Array(writer.bytes[Frame.headerSize...])
  }

  private func parsed(_ bytes: [UInt8]) throws -> Hello {
    try bytes.withUnsafeBytes { try Hello(parsing: $0) }
  }
}
