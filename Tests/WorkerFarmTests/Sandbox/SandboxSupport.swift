import Glibc
import TestJobs
import Testing

@testable import WorkerFarm

/// A directory with what a worker may read, what it may write, and what is none of its business.
final class Enclosure: Sendable {
  let path = makeTemporaryDirectory()

  init() {
    // For workers of another user too.
    chmod(path, 0o755)
    for directory in ["in", "out", "in/below"] { mkdir("\(path)/\(directory)", 0o755) }
    for file in ["in/a", "in/below/b", "out/old", "secret"] { Self.write("\(path)/\(file)") }
    symlink("../secret", "\(path)/in/link")
    symlink("/", "\(path)/out/up")
  }

  deinit { Self.remove(path) }

  subscript(_ name: String) -> String { "\(path)/\(name)" }

  func exists(_ name: String) -> Bool { access(self[name], F_OK) == 0 }

  var policy: SandboxPolicy {
    .files(read: [SandboxPolicy.Path(self["in"])], write: [SandboxPolicy.Path(self["out"])])
  }

  private static func write(_ path: String) {
    let file = open(path, O_WRONLY | O_CREAT, 0o644)
    _ = Glibc.write(file, "x", 1)
    close(file)
  }

  private static func remove(_ path: String) {
    guard unlink(path) != 0, let directory = opendir(path) else { return }
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { remove("\(path)/\(name)") }
    }
    closedir(directory)
    rmdir(path)
  }
}

/// The sandboxes that there are.
enum Preset: String, CaseIterable {
  case files, bytesOnly

  func policy(_ enclosure: Enclosure) -> SandboxPolicy {
    self == .files ? enclosure.policy : .bytesOnly
  }
}

enum Kernel {
  /// What the tests of a complete sandbox need.
  static let hasSandbox =
    WorkerFarm.SandboxSupport.landlockVersion > 0 && WorkerFarm.SandboxSupport.hasSystemCallFilter
}

extension Trait where Self == ConditionTrait {
  static var needsSandbox: Self {
    .enabled(if: Kernel.hasSandbox, "this kernel lacks Landlock (5.13) or seccomp")
  }
}

/// What the attempts come to in one sandboxed worker: 0 for success, or an `errno` value; nil if it didn't survive.
func outcomes(
  of attempts: [Escape], under policy: SandboxPolicy
) async throws -> [String: Int32?] {
  var configuration = testConfiguration(workers: 1)
  configuration.sandbox = policy
  configuration.retry = .afterCrashes(attempts: 1)
  return try await withWorkerPool(configuration) { pool in
    var results: [String: Int32?] = [:]
    for try await outcome in pool.outcomes(of: attempts) {
      results[outcome.input.attempt] = .some(try? outcome.get())
    }
    return results
  }
}
