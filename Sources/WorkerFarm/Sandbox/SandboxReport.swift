/// What of a ``SandboxPolicy`` is in force in a worker, as the worker itself said before its first job.
public struct SandboxReport: Hashable, Sendable {
  /// A part of the sandbox.
  public enum Measure: UInt8, Hashable, Sendable, CaseIterable, Comparable {
    /// `no_new_privs`, and none of root's capabilities but those over others' files.
    case privileges = 0
    /// No other process of its user can look into it, and it leaves no core.
    case inspection
    /// ``SandboxPolicy/limits``
    case limits
    /// ``SandboxPolicy/access``
    case files
    /// The seccomp filter.
    case systemCalls
    /// Landlock's own bar to signals and abstract sockets, from its version 6. The filter is another, so a sandbox
    /// is complete without it.
    case signals

    public static func < (one: Measure, other: Measure) -> Bool { one.rawValue < other.rawValue }

    /// A stable word for reports, for example `systemCalls`.
    public var name: String { "\(self)" }
  }

  /// The parts that hold.
  public var inForce: Set<Measure>
  /// The version of Landlock that was used; 0 if none was.
  public var landlockVersion: Int
  /// What is missing and why, for people.
  public var problems: [String]

  /// A report as a worker gives it; for tests.
  ///
  /// - Parameters:
  ///   - inForce: the parts that hold.
  ///   - landlockVersion: 0 if none was used.
  ///   - problems: what is missing and why.
  public init(inForce: Set<Measure> = [], landlockVersion: Int = 0, problems: [String] = []) {
    self.inForce = inForce
    self.landlockVersion = landlockVersion
    self.problems = problems
  }

  /// Whether all of the policy is in force.
  public func fulfils(_ policy: SandboxPolicy) -> Bool { policy.measures.isSubset(of: inForce) }

  /// What holds in workers that said this and in others that said `other`.
  func weakest(_ other: SandboxReport) -> SandboxReport {
    SandboxReport(
      inForce: inForce.intersection(other.inForce),
      landlockVersion: min(landlockVersion, other.landlockVersion),
      problems: problems + other.problems.filter { !problems.contains($0) })
  }

  /// Why it doesn't fulfil the policy.
  func shortfall(_ policy: SandboxPolicy) -> String {
    if !problems.isEmpty { return problems.joined(separator: "; ") }
    let missing = policy.measures.subtracting(inForce).sorted().map(\.name)
    return "missing: \(missing.joined(separator: ", "))"
  }
}

extension SandboxReport {
  /// A program that says nothing of a sandbox has none.
  static let silence = SandboxReport(problems: ["the worker's program reports no sandbox"])

  func write(to writer: inout ByteWriter) {
    writer.write(inForce.reduce(UInt32(0)) { $0 | 1 << UInt32($1.rawValue) })
    writer.write(UInt32(clamping: landlockVersion))
    writer.write(string: problems.joined(separator: "\n"))
  }

  init(parsing reader: inout ByteReader) throws {
    let bits = try reader.read(UInt32.self)
    inForce = Set(Measure.allCases.filter { bits & 1 << UInt32($0.rawValue) != 0 })
    landlockVersion = Int(try reader.read(UInt32.self))
    problems = try reader.readString().split(separator: "\n").map(String.init)
  }
}
