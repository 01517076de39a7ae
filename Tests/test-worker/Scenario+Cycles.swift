import Glibc
import TestJobs
import WorkerFarm

extension Scenario {
  /// More would show no more, and take longer.
  private static let cycleCount = 1000
  /// So many until the runtime and the C library have what they keep.
  private static let warmUp = 200
  /// A leak of five kilobytes a cycle would be more.
  private static let toleratedKilobytes = 4096

  func openAndClosePools() throws {
    for number in 0..<Self.warmUp { try openAndClosePool(number) }
    // Threads first: a pool that was only dropped closes its descriptors before its thread ends.
    let threadsBefore = settledThreadCount(atMost: 1)
    let descriptorsBefore = settledDescriptorCount(atMost: 3)
    let residentBefore = kilobytes("VmRSS")
    for number in 0..<Self.cycleCount { try openAndClosePool(number) }
    let threads = settledThreadCount(atMost: threadsBefore)
    let descriptors = settledDescriptorCount(atMost: descriptorsBefore)
    let resident = kilobytes("VmRSS")
    if threads > threadsBefore { print("\(threads) threads, \(threadsBefore) before") }
    if descriptors > descriptorsBefore {
      print("\(descriptors) descriptors, \(descriptorsBefore) before")
    }
    if residentBefore == 0 || resident > residentBefore + Self.toleratedKilobytes {
      print("\(resident) KB were resident, \(residentBefore) before")
    }
    // Nor is there a child to wait for, alive or dead.
    if waitpid(-1, nil, WNOHANG) != -1 || errno != ECHILD { print("a process is left") }
  }

  private func openAndClosePool(_ number: Int) throws {
    // Processes take the longest to start.
    let configuration: PoolConfiguration =
      switch number % 8 {
      case 0, 5: .processes(count: 1)
      case 1, 4: .inline
      default: .threads(count: 2)
      }
    let pool = try WorkerPool(configuration)
    if number % 7 != 6 {
      let squares = try pool.mapBlocking((0..<10).map(Square.init))
      if squares != (0..<10).map({ $0 * $0 }) { print("wrong squares: \(squares)") }
    }
    // By both ways to close, and by no way at all; now and then in the middle of a call.
    if number % 11 == 10 {
      var outcomes = pool.outcomes(of: (0..<100).map(Square.init)).makeBlockingIterator()
      _ = try outcomes.next()
    }
    if number % 3 < 2 { pool.shutdownBlocking(number % 3 == 0 ? .drain : .cancel) }
  }

  /// The thread of a closed pool takes a moment to go.
  private func settledThreadCount(atMost limit: Int) -> Int {
    for _ in 0..<200 where threadCount() > limit { usleep(10_000) }
    return threadCount()
  }

  /// A pool's last descriptors are closed when its thread ends, a moment after it said that it's closed.
  func settledDescriptorCount(atMost limit: Int) -> Int {
    for _ in 0..<200 where descriptorCount() > limit { usleep(10_000) }
    return descriptorCount()
  }
}

func descriptorCount() -> Int {
  (0..<1024).count { fcntl(Int32($0), F_GETFD) != -1 }
}

private func threadCount() -> Int {
  guard let directory = opendir("/proc/self/task") else { return -1 }
  defer { closedir(directory) }
  var count = 0
  while readdir(directory) != nil { count += 1 }
  return count - 2
}

/// A number from the kernel's table; its high-water mark is this process's own, while getrusage's is inherited from the
/// process that started this one.
func kilobytes(_ name: String) -> Int {
  for line in lines(of: "/proc/self/status") where line.hasPrefix(name + ":") {
    return line.split(separator: " ").lazy.compactMap { Int($0) }.first ?? 0
  }
  return 0
}
