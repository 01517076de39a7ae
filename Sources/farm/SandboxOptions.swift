import ArgumentParser
import Thumbnails
import WorkerFarm

/// What `farm thumbs` lets its workers do.
struct SandboxOptions: ParsableArguments {
  @Option(
    help: """
      Workers can read the given paths and write the output, and nothing else: require refuses to \
      run without all of that, try does what the kernel can.
      """)
  var sandbox: SandboxPolicy.Enforcement = .try

  @Flag(
    help: """
      Workers get no file at all: pictures are read and thumbnails written by the coordinator. \
      Pictures of up to 512 MB.
      """)
  var isolate = false

  func validate() throws { try Self.check(sandbox, isolate: isolate) }

  /// - Parameter sandbox: nil if it wasn't given.
  static func check(_ sandbox: SandboxPolicy.Enforcement?, isolate: Bool) throws {
    if isolate && sandbox == .off {
      throw ValidationError("--isolate and --sandbox off contradict each other.")
    }
  }

  /// Nobody's thumbnail is larger; what fills a disk is.
  private static let largestFile = 2 << 30

  func policy(_ plan: OutputPlan, isDryRun: Bool) -> SandboxPolicy {
    var policy = isolate ? .bytesOnly : Self.files(plan, isDryRun: isDryRun)
    policy.enforcement = sandbox
    return policy
  }

  private static func files(_ plan: OutputPlan, isDryRun: Bool) -> SandboxPolicy {
    let sources = plan.roots.map { SandboxPolicy.Path($0.path.bytes) }
    let outputs = Set(plan.roots.map(\.output)).map { SandboxPolicy.Path($0.bytes) }
    var policy = SandboxPolicy.files(
      read: isDryRun ? sources + outputs : sources, write: isDryRun ? [] : outputs)
    policy.limits.fileSize = largestFile
    return policy
  }
}
