import Glibc
import TestJobs
import WorkerFarm

/// What a test can only see in a process of its own. Prints what is wrong; nothing if all is well.
enum Scenario: String {
  /// DIRECTORY COUNT: keeps that many workers in endless loops until it's killed.
  case coordinateLoops = "coordinate-loops"
  /// DIRECTORY COUNT: keeps that many idle workers until it's killed.
  case coordinateIdlers = "coordinate-idlers"
  /// Many pools, one after the other, leave no descriptor and no thread.
  case cycles
  /// A pool in a program that ignores SIGCHLD.
  case ignoredChildren = "ignored-children"
  /// A stream of large jobs that's always ahead of its worker.
  case memory
  /// Fewer descriptors than the workers need.
  case scarcity
  /// CALL POLICY ENFORCEMENT: workers whose kernel lacks a part of the sandbox.
  case lackingSandbox = "lacking-sandbox"
  /// CALL PROGRAM ARGUMENT…: becomes that program, on a kernel that lacks a part of the sandbox.
  case lacking

  func run(_ arguments: [String]) throws {
    switch self {
    case .coordinateLoops: try coordinate(arguments[0], Int(arguments[1]) ?? 1, .loop)
    case .coordinateIdlers: try coordinate(arguments[0], Int(arguments[1]) ?? 1, .behave)
    case .cycles: try openAndClosePools()
    case .ignoredChildren: try ignoreChildren()
    case .memory: try streamLargeJobs()
    case .scarcity: try goOnWithFewer()
    case .lackingSandbox: try runWithout(arguments)
    case .lacking: becomeProgram(without: arguments[0], Array(arguments.dropFirst()))
    }
  }

  private func coordinate(_ directory: String, _ count: Int, _ way: Misbehave.Way) throws {
    let pool = try WorkerPool(PoolConfiguration(workers: count))
    let jobs = (0..<count).map { Misbehave(id: $0, way: way, onceFile: "\(directory)/\($0)") }
    _ = try pool.mapBlocking(jobs)
    while true { pause() }
  }

  private func openAndClosePools() throws {
    // The first pool opens what the runtime keeps.
    try openAndClosePool(0)
    let threadsBefore = settledThreadCount(atMost: 1)
    let descriptorsBefore = descriptorCount()
    for number in 1...50 { try openAndClosePool(number) }
    // Threads first: a pool that was only dropped closes its descriptors before its thread ends.
    let threads = settledThreadCount(atMost: threadsBefore)
    let descriptors = settledDescriptorCount(atMost: descriptorsBefore)
    if threads != threadsBefore { print("\(threads) threads, \(threadsBefore) before") }
    if descriptors != descriptorsBefore {
      print("\(descriptors) descriptors, \(descriptorsBefore) before")
    }
  }

  private func openAndClosePool(_ number: Int) throws {
    let pool = try WorkerPool(PoolConfiguration(workers: 2))
    if number % 5 != 4 {
      let squares = try pool.mapBlocking((0..<10).map(Square.init))
      if squares != (0..<10).map({ $0 * $0 }) { print("wrong squares: \(squares)") }
    }
    // By both ways to close, and by no way at all.
    if number % 3 < 2 { pool.shutdownBlocking(number % 3 == 0 ? .drain : .cancel) }
  }

  /// The thread of a closed pool takes a moment to go.
  private func settledThreadCount(atMost limit: Int) -> Int {
    for _ in 0..<1000 where threadCount() > limit { usleep(10_000) }
    return threadCount()
  }

  private func ignoreChildren() throws {
    signal(SIGCHLD, SIG_IGN)
    let pool = try WorkerPool(PoolConfiguration(workers: 2))
    let squares = try pool.mapBlocking((0..<100).map(Square.init))
    if squares != (0..<100).map({ $0 * $0 }) { print("wrong squares: \(squares)") }
    var outcomes = pool.outcomes(of: [Misbehave(id: 1, way: .kill)]).makeBlockingIterator()
    guard let outcome = try outcomes.next() else { return print("no outcome") }
    if case .failure(.crashed(.unknown, lastWords: "")) = outcome.result {
    } else {
      print("a death that can't be known became \(outcome)")
    }
    pool.shutdownBlocking()
  }

  private func streamLargeJobs() throws {
    var configuration = PoolConfiguration(workers: 1)
    configuration.windowBytes = 4 << 20
    let pool = try WorkerPool(configuration)
    // Two fit into a worker's share, so the pipe is never empty; 400 MB in all.
    let jobs = repeatElement(Swell(inputSize: 800_000, outputSize: 8), count: 500)
    var outcomes = pool.outcomes(of: jobs).makeBlockingIterator()
    while let outcome = try outcomes.next() { _ = try outcome.get() }
    pool.shutdownBlocking()
    let resident = peakResidentKilobytes()
    if resident == 0 || resident > 150_000 { print("\(resident) KB were resident") }
  }
}

extension Scenario {
  private func goOnWithFewer() throws {
    // The farm's own descriptors are above these.
    for _ in 0..<10 { _ = open("/dev/null", O_RDONLY | O_CLOEXEC) }
    let before = descriptorCount()
    // A worker needs four, and nine while it's started.
    limitDescriptors(to: before + 1 + 2 * 4 + 7)
    let pool = try WorkerPool(PoolConfiguration(workers: 50))
    let squares = try pool.mapBlocking((0..<500).map(Square.init))
    if squares != (0..<500).map({ $0 * $0 }) { print("wrong squares: \(squares)") }
    // The places that are left are filled again, and suspects find a worker.
    let deaths = try pool.outcomes(of: (0..<4).map { Misbehave(id: $0, way: .exit7) }).all()
    for death in deaths where death.attempts != 2 { print("not tried twice: \(death)") }
    pool.shutdownBlocking()

    limitDescriptors(to: settledDescriptorCount(atMost: before) + 3)
    guard case .noWorkers(let reason) = refusal(), reason.contains("Too many open files") else {
      return print("no trouble with starting workers, or a strange one:", refusal() ?? "none")
    }
    limitDescriptors(to: settledDescriptorCount(atMost: before))
    guard case .system(let error) = refusal(), error.code == EMFILE else {
      return print("no trouble with opening a pool, or a strange one:", refusal() ?? "none")
    }
  }

  /// A pool's last descriptors are closed when its thread ends, a moment after it said that it's closed.
  private func settledDescriptorCount(atMost limit: Int) -> Int {
    for _ in 0..<1000 where descriptorCount() > limit { usleep(10_000) }
    return descriptorCount()
  }

  /// Why a pool can't do anything; nil if it can.
  private func refusal() -> PoolError? {
    do {
      let pool = try WorkerPool(PoolConfiguration(workers: 3))
      defer { pool.shutdownBlocking() }
      _ = try pool.mapBlocking([Square(n: 1)])
      return nil
    } catch {
      return error as? PoolError
    }
  }

  /// Counted from zero, as if there were no gaps.
  private func limitDescriptors(to count: Int) {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = rlim_t(count)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}

extension OutcomeSequence {
  fileprivate func all() throws -> [Element] {
    var all: [Element] = []
    var iterator = makeBlockingIterator()
    while let outcome = try iterator.next() { all.append(outcome) }
    return all
  }
}

func openPoolAndComplain() -> Never {
  do {
    _ = try WorkerPool()
    exit(0)
  } catch {
    let text = Array("\(error)\n".utf8)
    _ = write(STDERR_FILENO, text, text.count)
    exit(9)
  }
}

/// The kernel's own high-water mark: getrusage's is inherited from the process that started this one.
private func peakResidentKilobytes() -> Int {
  guard let file = fopen("/proc/self/status", "r") else { return 0 }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 256)
  while fgets(&line, Int32(line.count), file) != nil {
    let bytes = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.hasPrefix("VmHWM:") else { continue }
    return text.split(separator: " ").lazy.compactMap { Int($0) }.first ?? 0
  }
  return 0
}

private func descriptorCount() -> Int {
  (0..<1024).count { fcntl(Int32($0), F_GETFD) != -1 }
}

private func threadCount() -> Int {
  guard let directory = opendir("/proc/self/task") else { return -1 }
  defer { closedir(directory) }
  var count = 0
  while readdir(directory) != nil { count += 1 }
  return count - 2
}
