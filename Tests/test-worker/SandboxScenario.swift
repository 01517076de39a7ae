import CEscapes
import Glibc
import TestJobs
import WorkerFarm

extension Scenario {
  /// In a process of its own, since what a kernel lacks from now on it lacks for ever.
  func runWithout(_ arguments: [String]) throws {
    let (call, policy, enforcement) = (arguments[0], arguments[1], arguments[2])
    takeAway(call)
    var configuration = PoolConfiguration(workers: 2)
    configuration.restartBudget = 3
    let complete: SandboxPolicy =
      policy == "bytes" ? .bytesOnly : .files(read: ["/usr"], write: [])
    configuration.sandbox = complete.enforced(enforcement == "require" ? .require : .try)
    let pool = try WorkerPool(configuration)
    defer { pool.shutdownBlocking() }
    do {
      let squares = try pool.mapBlocking((0..<20).map(Square.init))
      print(squares == (0..<20).map { $0 * $0 } ? "squares" : "wrong squares: \(squares)")
    } catch {
      print("\(error)")
    }
    guard let report = pool.sandboxReport else { return print("no report") }
    print(report.inForce.sorted().map(\.name).joined(separator: " "))
    for problem in report.problems { print(problem) }
  }

  func becomeProgram(without call: String, _ arguments: [String]) {
    takeAway(call)
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    execv(arguments[0], &words)
    print("can't become \(arguments[0]): \(errno)")
  }

  /// - Parameter call: `landlock` or `seccomp`.
  private func takeAway(_ call: String) {
    let code = escape_make_fail(call, call == "landlock" ? EOPNOTSUPP : ENOSYS)
    if code != 0 { print("the kernel can't be made to fail: \(code)") }
  }
}
