import Glibc
import Synchronization
import Testing

@testable import WorkerFarm

/// A backend and how many workers it has: what every call must do the same in.
struct Setting: Hashable, Sendable, CustomTestStringConvertible {
  var backend: PoolConfiguration.Backend
  var workers: Int

  static let processes = [1, 2, 5].map { Setting(backend: .processes, workers: $0) }
  static let threads = [1, 2, 5].map { Setting(backend: .threads, workers: $0) }
  static let inline = Setting(backend: .inline, workers: 1)

  static let all = processes + threads + [inline]
  /// One of each backend, for tests to which the number of workers makes no difference.
  static let backends = [processes[1], threads[1], inline]
  /// Those whose jobs run beside the caller.
  static let concurrent = [processes[1], threads[1]]

  var testDescription: String { "\(workers) \(backend)" }

  /// - Parameter tag: as in ``testConfiguration(workers:tag:)``.
  func configuration(tag: String? = nil) -> PoolConfiguration {
    var configuration = testConfiguration(workers: workers, tag: tag)
    configuration.backend = backend
    return configuration
  }

  /// Whether an outcome can come from this process.
  func isSensible(workerPID: Int32?) -> Bool {
    guard let workerPID else { return false }
    return backend == .processes ? workerPID > 0 && workerPID != getpid() : workerPID == getpid()
  }
}

extension WorkerPool {
  func allOutcomes<J: Job>(of jobs: [J], ordered: Bool = true) async throws -> [Outcome<J>] {
    var all: [Outcome<J>] = []
    for try await outcome in outcomes(of: jobs, ordered: ordered) { all.append(outcome) }
    return all
  }
}

/// How many descriptors this process has open.
func descriptorCount() -> Int { (0..<1024).count { fcntl(Int32($0), F_GETFD) != -1 } }

/// A directory for one test.
final class Scratch: Sendable {
  let path = makeTemporaryDirectory()
  deinit { removeDirectory(path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }
}

/// Something that happened, told to others.
final class Flag: Sendable {
  private let value = Atomic(false)
  var isRaised: Bool { value.load(ordering: .acquiring) }
  func raise() { value.store(true, ordering: .releasing) }
}
