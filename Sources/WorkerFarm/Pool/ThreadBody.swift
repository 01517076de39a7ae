import CPosix
import Glibc
import Synchronization

/// A worker on a thread of this process: the same serve loop, over pipes of the same kind.
///
/// A thread can't be killed. One that ought to be is abandoned: its link goes, its place is taken by a fresh one,
/// and it ends by itself if its job ever does, when it finds its pipes closed.
final class ThreadBody: WorkerBody {
  let pid = getpid()
  private let end: End

  private final class End: Sendable {
    let wakeUp: WakeUp
    let termination = Mutex<Termination?>(nil)

    init() throws(SystemError) { wakeUp = try WakeUp() }

    func say(_ how: Termination) {
      termination.withLock { $0 = $0 ?? how }
      wakeUp.signal()
    }
  }

  /// - Parameter ends: duplicated, since the thread may outlive its link.
  init(
    _ registry: JobRegistry, _ traits: WorkerTraits, page: ProgressPage, ends: WorkerEnds
  ) throws(SystemError) {
    let end = try End()
    self.end = end
    let requests = try SharedDescriptor(duplicating: ends.requests)
    let replies = try SharedDescriptor(duplicating: ends.replies)
    try DedicatedThread.start(named: "worker") {
      traits.apply(to: 0)
      JobMemory.becomePerThread()
      do {
        var loop = ServeLoop(registry: registry, requests: requests, replies: replies, page: page)
        try loop.run()
        end.say(.exited(status: 0))
      } catch {
        end.say(.exited(status: 1))
      }
    }
  }

  var endDescriptor: Int32 { end.wakeUp.descriptor.number }
  func kill() { end.say(.abandoned) }
  func reapIfEnded() -> Termination? { end.termination.withLock { $0 } }
  var residentBytes: Int? { nil }
  func limitMemory(to bytes: Int) {}
}
