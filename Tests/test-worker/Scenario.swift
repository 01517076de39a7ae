import Glibc
import TestJobs
import WorkerFarm

/// What a test can only see in a process of its own. Prints what is wrong; nothing if all is well.
enum Scenario: String {
  /// DIRECTORY COUNT: keeps that many workers in endless loops until it's killed.
  case coordinateLoops = "coordinate-loops"
  /// DIRECTORY COUNT: keeps that many idle workers until it's killed.
  case coordinateIdlers = "coordinate-idlers"
  /// A thousand pools of all backends, one after the other, leave nothing behind.
  case cycles
  /// A pool in a program that ignores SIGCHLD.
  case ignoredChildren = "ignored-children"
  /// A stream of large jobs that's always ahead of its worker.
  case memory
  /// Millions of inputs, and a consumer that pauses.
  case manyInputs = "many-inputs"
  /// Large results that all wait for the first.
  case slowFirst = "slow-first"
  /// Long failures that all wait for the first.
  case slowFailure = "slow-failure"
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
    case .manyInputs: try streamManyInputs()
    case .slowFirst: try streamBehindSlowFirst(throwing: false)
    case .slowFailure: try streamBehindSlowFirst(throwing: true)
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
}

extension Scenario {
  private func goOnWithFewer() throws {
    // Who looks for leaks at the end needs some.
    defer { limitDescriptors(to: 256) }
    // The farm's own descriptors are above these.
    for _ in 0..<10 { _ = open("/dev/null", O_RDONLY | O_CLOEXEC) }
    let before = descriptorCount()
    // A worker needs four, and nine while it's started.
    limitDescriptors(to: before + 1 + 2 * 4 + 7)
    try useFewer()

    limitDescriptors(to: settledDescriptorCount(atMost: before) + 3)
    guard case .noWorkers(let reason) = refusal(), reason.contains("Too many open files") else {
      return print("no trouble with starting workers, or a strange one:", refusal() ?? "none")
    }
    limitDescriptors(to: settledDescriptorCount(atMost: before))
    guard case .system(let error) = refusal(), error.code == EMFILE else {
      return print("no trouble with opening a pool, or a strange one:", refusal() ?? "none")
    }
  }

  private func useFewer() throws {
    let pool = try WorkerPool(PoolConfiguration(workers: 50))
    let squares = try pool.mapBlocking((0..<500).map(Square.init))
    if squares != (0..<500).map({ $0 * $0 }) { print("wrong squares: \(squares)") }
    // The places that are left are filled again, and suspects find a worker.
    let deaths = try pool.outcomes(of: (0..<4).map { Misbehave(id: $0, way: .exit7) }).all()
    for death in deaths where death.attempts != 2 { print("not tried twice: \(death)") }
    pool.shutdownBlocking()
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
