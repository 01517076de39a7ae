import WorkerFarm

/// What of the sandbox was in force, in the run's record and in the doctor's.
struct SandboxRecord: Encodable {
  /// `require`, `try` or `off`, as asked.
  var enforcement: String
  /// Which files the workers could open: `given` (read those, write the output), or `none`.
  var files: String?
  /// Whether all of it was in force in every worker; absent if none was started.
  var complete: Bool?
  var inForce: [String]?
  /// Absent without Landlock.
  var landlock: Int?
  /// What was missing and why; absent if nothing was.
  var problems: [String]?

  init(_ policy: SandboxPolicy, _ report: SandboxReport?) {
    enforcement = policy.enforcement.rawValue
    guard policy.enforcement != .off else { return }
    files = policy.access == .bytesOnly ? "none" : "given"
    guard let report else { return }
    complete = report.fulfils(policy)
    inForce = report.inForce.sorted().map(\.name)
    landlock = report.landlockVersion == 0 ? nil : report.landlockVersion
    problems = report.problems.isEmpty ? nil : report.problems
  }
}
