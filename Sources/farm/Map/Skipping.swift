import Synchronization

/// Leaves out what an earlier run has done, and counts it.
///
/// `@unchecked Sendable`: `earlier` is set before there's a second thread, the counts are behind a lock.
final class Skipping: @unchecked Sendable {
  var earlier = EarlierRun()
  private let counted = Mutex((skipped: 0, changed: 0))

  var counts: (skipped: Int, changed: Int) { counted.withLock { $0 } }

  func rest(of records: [Record]) -> [Record] {
    guard !earlier.isEmpty else { return records }
    return records.filter { record in
      switch earlier.verdict(on: record) {
      case .new: return true
      case .changed:
        counted.withLock { $0.changed += 1 }
        return true
      case .skip:
        counted.withLock { $0.skipped += 1 }
        return false
      }
    }
  }
}
