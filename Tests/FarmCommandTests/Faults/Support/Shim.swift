import Glibc
import Testing
import Thumbnails

/// The library in `Tests/FaultShim`, which is loaded into the command before the C library and lies to it.
enum Shim {
  /// Built with the system's compiler at the first use; nil where there is none.
  static let path: BytePath? = {
    let source = BytePath(#filePath).parent.parent.parent.parent.appending("FaultShim/fault_shim.c")
    let library = farmPath.parent.appending("fault-shim.so")
    let run = Command(
      arguments: ["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", library]
        + [source, "-ldl"]
    ).runIfThere()
    return run?.status == 0 ? library : nil
  }()

  static func environment(_ variables: [String: String] = [:]) -> [String: String?] {
    var environment: [String: String?] = variables.mapValues { $0 }
    environment["LD_PRELOAD"] = path.map { "\($0)" }
    return environment
  }
}

/// What a test can't do without.
extension Trait where Self == ConditionTrait {
  static var needsShim: Self {
    .enabled("needs cc to build Tests/FaultShim") { Shim.path != nil }
  }

  static var needsSmallDisk: Self {
    .enabled("needs the right to mount a tmpfs, as root or in a user namespace") {
      SmallDisk.isPossible
    }
  }

  static var needsStrace: Self {
    .enabled("needs strace, and the right to trace one's own children") { Injection.isPossible }
  }
}

extension Command {
  /// nil if there's no such program.
  func runIfThere() -> Finished? {
    let run = Command(arguments: ["sh", "-c", #"command -v "$0""#, arguments[0]]).run()
    return run.status == 0 ? self.run() : nil
  }
}
