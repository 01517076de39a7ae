import Glibc
import Synchronization

/// Calls a function ten times a second until stopped.
final class Ticker: Sendable {
  private let isStopped = Atomic(false)

  func start(_ body: @escaping @Sendable () -> Void) {
    startThread { [self] in
      while !isStopped.load(ordering: .relaxed) {
        body()
        usleep(100_000)
      }
    }
  }

  func stop() { isStopped.store(true, ordering: .relaxed) }
}
