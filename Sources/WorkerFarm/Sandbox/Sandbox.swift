import CPosix
import Glibc

/// The worker's side: takes away from this process what a policy doesn't leave it. Nothing gives it back.
struct Sandbox {
  private var report = SandboxReport()
  /// Why Landlock isn't in force.
  private var landlockProblem: String?

  /// Call it while the process has one thread: Landlock governs the calling one and those that it starts.
  static func enter(_ policy: SandboxPolicy) -> SandboxReport {
    var sandbox = Sandbox()
    sandbox.enter(policy)
    if !sandbox.report.inForce.contains(.files), let problem = sandbox.landlockProblem {
      sandbox.report.problems.append(problem)
    }
    return sandbox.report
  }

  private mutating func enter(_ policy: SandboxPolicy) {
    // The unprivileged way to both of the others leads through it.
    let isBound = attempt("no_new_privs") { farm_forbid_new_privileges() }
    restrictFiles(policy.access)
    let hasDropped = attempt("dropping capabilities") { farm_drop_capabilities() }
    if isBound && hasDropped { report.inForce.insert(.privileges) }
    let isOpaque = attempt("PR_SET_DUMPABLE") { farm_forbid_inspection() }
    if isOpaque { report.inForce.insert(.inspection) }
    limit(policy.limits)
    // The last, since it would refuse the others.
    filterCalls(policy.access)
  }

  // MARK: Steps

  private mutating func restrictFiles(_ access: SandboxPolicy.Access) {
    guard farm_is_single_threaded() == 1 else {
      landlockProblem = "Landlock: the program has started threads before it serves"
      return
    }
    let version = farm_landlock_abi()
    let number = version > 0 ? farm_landlock_create(version) : -1
    guard number >= 0 else { return noteLandlock() }
    let rules = Descriptor(owning: number)
    for rule in Self.rules(access) {
      guard Self.allow(rule, version, rules.number) else { return noteLandlock() }
    }
    guard farm_landlock_enforce(rules.number) == 0 else { return noteLandlock() }
    report.landlockVersion = Int(version)
    report.inForce.insert(.files)
    if version >= Self.firstVersionWithScopes { report.inForce.insert(.signals) }
  }

  private static let firstVersionWithScopes = 6

  private struct Rule {
    var path: SandboxPolicy.Path
    var mayWrite: Bool
  }

  private static func rules(_ access: SandboxPolicy.Access) -> [Rule] {
    switch access {
    case .bytesOnly: []
    case .files(let read, let write):
      read.map { Rule(path: $0, mayWrite: false) } + write.map { Rule(path: $0, mayWrite: true) }
    }
  }

  /// False if the kernel refuses the rule. What can't be opened now gives no access later.
  private static func allow(_ rule: Rule, _ version: Int32, _ rules: Int32) -> Bool {
    let number = (rule.path.bytes + [0]).withUnsafeBytes { bytes in
      bytes.withMemoryRebound(to: CChar.self) { text in
        // A rule that an interruption left out would refuse everything to the worker.
        try? retryingInterrupts("open") {
          text.baseAddress.map { open($0, farm_o_path | O_CLOEXEC) } ?? -1
        }
      }
    }
    guard let number else { return true }
    let file = Descriptor(owning: number)
    return farm_landlock_allow(rules, version, file.number, rule.mayWrite ? 1 : 0) == 0
  }

  private mutating func limit(_ limits: SandboxPolicy.Limits) {
    var values: [(farm_limit, Int?)] = [
      (FARM_LIMIT_DATA, limits.memory), (FARM_LIMIT_CPU, limits.processorSeconds),
      (FARM_LIMIT_FILE_SIZE, limits.fileSize), (FARM_LIMIT_DESCRIPTORS, limits.descriptors),
      (FARM_LIMIT_CORE, 0),
    ]
    // It counts all processes and threads of the user, so it would also take the worker's one other thread.
    // The filter is exact; this is for kernels without it.
    if farm_has_call_filter() == 0 { values.append((FARM_LIMIT_PROCESSES, 0)) }
    var isDone = true
    for (limit, value) in values {
      guard let value else { continue }
      let isLower = attempt("setrlimit") { farm_lower_limit(limit, UInt64(clamping: value)) }
      isDone = isDone && isLower
    }
    if isDone { report.inForce.insert(.limits) }
  }

  private mutating func filterCalls(_ access: SandboxPolicy.Access) {
    let withFiles = access != .bytesOnly
    guard attempt("seccomp", { farm_filter_calls(withFiles ? 1 : 0) }) else { return }
    report.inForce.insert(.systemCalls)
    // Nothing can be opened, with Landlock or without.
    if !withFiles { report.inForce.insert(.files) }
  }

  // MARK: Problems

  private mutating func attempt(_ what: String, _ step: () -> Int32) -> Bool {
    if step() == 0 { return true }
    report.problems.append("\(what): \(Self.reason(for: errno))")
    return false
  }

  private mutating func noteLandlock() { landlockProblem = "Landlock: \(Self.reason(for: errno))" }

  private static func reason(for code: Int32) -> String {
    switch code {
    case ENOSYS: "this kernel doesn't have it"
    case EOPNOTSUPP: "it's turned off in this kernel"
    default: SystemError.message(for: code)
    }
  }
}
