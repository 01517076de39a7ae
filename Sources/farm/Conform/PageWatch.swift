import Synchronization
import WorkerFarm

/// Looks at a progress page all the time, and notes what stands there.
///
/// `@unchecked Sendable`: the page is a word of memory shared with another process, read as one.
final class PageWatch: @unchecked Sendable {
  private let page: ProgressPage
  private let ids = Mutex<Set<UInt64>>([])
  private let isStopped = Atomic(false)

  init(_ page: ProgressPage) {
    self.page = page
    startThread { [self] in watch() }
  }

  /// All ids but 0.
  var seen: Set<UInt64> { ids.withLock { $0 } }

  func stop() { isStopped.store(true, ordering: .relaxed) }

  private func watch() {
    while !isStopped.load(ordering: .relaxed) {
      let id = page.runningJob
      if id != 0 { ids.withLock { _ = $0.insert(id) } }
    }
  }
}
