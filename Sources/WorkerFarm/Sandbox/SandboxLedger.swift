import Synchronization

/// What a pool's workers have said of their sandboxes.
final class SandboxLedger: Sendable {
  private let worst = Mutex<SandboxReport?>(nil)

  /// What is in force in every worker so far; nil before the first.
  var report: SandboxReport? { worst.withLock { $0 } }

  func note(_ report: SandboxReport) {
    worst.withLock { $0 = $0?.weakest(report) ?? report }
  }
}

extension WorkerPool {
  /// What of ``PoolConfiguration/sandbox`` is in force in every worker that was started so far; nil before the first
  /// has said hello, and without a sandbox. Safe to use from any thread.
  public var sandboxReport: SandboxReport? { mailbox?.sandbox.report }
}
