import Synchronization

/// What one thread asks for and another answers.
final class StatisticsAnswer: Sendable {
  private let value = Mutex(PoolStatistics(places: []))
  private let parker = ThreadParker()

  func give(_ statistics: PoolStatistics) {
    value.withLock { $0 = statistics }
    parker.unpark()
  }

  func wait() -> PoolStatistics {
    parker.park()
    return value.withLock { $0 }
  }
}
