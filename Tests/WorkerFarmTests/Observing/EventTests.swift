import Glibc
import TestJobs
import Testing

@testable import WorkerFarm

@Suite(.hangGuard) struct EventTests {
  @Test(
    arguments: Episode.all.flatMap { episode in
      episode.backends.map { (episode, $0) }
    })
  func `events come in their order, each job ends once and each worker once`(
    episode: Episode, backend: PoolConfiguration.Backend
  ) async throws {
    let recorder = Recorder()
    var configuration = backend.configuration()
    configuration.observers = [recorder]
    episode.configure(&configuration)
    let (outcomes, statistics) = try await withWorkerPool(configuration) { pool in
      let outcomes = try await episode.run(pool)
      await pool.shutdown()
      return (outcomes, await pool.statistics())
    }
    let order = EventOrder(recorder.events)
    #expect(order.problems == [])
    #expect(order.startedWorkers == order.endedWorkers)
    #expect(statistics.started == order.startedWorkers)
    if outcomes > 0 {
      let concluded = (1...3).reduce(0) { $0 + order.concluded(of: $1) }
      #expect(concluded == outcomes)
      #expect(
        statistics.jobsDone + statistics.jobsFailed + statistics.jobsCancelled == outcomes)
    }
  }

  @Test(.disabled(if: Sanitizer.isOn, "short jobs aren't short"))
  func `a million bytes and twenty thousand short jobs are told in few events`() async throws {
    let recorder = Recorder()
    var configuration = testConfiguration()
    configuration.observers = [recorder]
    try await withWorkerPool(configuration) { pool in
      _ = try await pool.map((0..<20_000).map { _ in Echo(bytes: Array(repeating: 1, count: 50)) })
    }
    let events = recorder.events
    #expect(events.count { $0.jobs != nil } < 10_000)
    let sent = events.reduce(0) { sum, event in
      if case .jobsSent(_, _, let bytes, _, _) = event { return sum + bytes }
      return sum
    }
    #expect(sent >= 1_000_000)
  }

  @Test func `windows say what calls hold, and how much of it is at workers`() async throws {
    let recorder = Recorder()
    var configuration = testConfiguration()
    configuration.window = 50
    configuration.observers = [recorder]
    try await withWorkerPool(configuration) { pool in
      _ = try await pool.map((0..<300).map { Work(id: $0, milliseconds: 0.2) })
    }
    let windows = recorder.events.compactMap { event -> CallWindow? in
      if case .windowChanged(let window, _) = event { return window }
      return nil
    }
    #expect(windows.contains { $0.inFlight > 0 && $0.queued > 0 && $0.bytes > 0 })
    for window in windows {
      #expect(window.call == 1 && window.jobs <= 50)
      #expect(window.queued + window.inFlight <= window.jobs)
    }
  }

  @Test(arguments: [
    ("retired", WorkerEnding.retired), ("recycled", .recycled), ("recalled", .recalled),
    ("late", .late), ("unresponsive", .unresponsive), ("crashed", .crashed),
    ("violation", .violation(.unexpectedJob(0xDEAD_BEEF))),
  ])
  func `a worker's end says why`(name: String, ending: WorkerEnding) async throws {
    let recorder = Recorder()
    var configuration = testConfiguration(workers: 1)
    configuration.observers = [recorder]
    configuration.retry = .afterCrashes(attempts: 1)
    if ending == .recycled { configuration.recycling.afterJobs = 1 }
    if ending == .late { configuration.timeout = .milliseconds(50) }
    if ending == .unresponsive {
      configuration.command = WorkerCommand(executable: "/bin/sleep", arguments: ["1000"])
      configuration.startTimeout = .milliseconds(50)
      configuration.restartBudget = 0
    }
    let way: Misbehave.Way =
      switch ending {
      case .retired, .recycled, .unresponsive, .overMemory: .behave
      case .recalled, .late: .loop
      case .crashed: .segfault
      case .violation: .unknownID
      }
    let pool = try WorkerPool(configuration)
    let run = Task {
      for try await _ in pool.outcomes(of: (0..<2).map { Misbehave(id: $0, way: way) }) {}
    }
    if ending == .recalled {
      try await waitUntil { recorder.events.contains { $0.jobs != nil } }
      run.cancel()
    }
    _ = await run.result
    await pool.shutdown()
    #expect(recorder.endings.contains(ending), "\(recorder.endings)")
    #expect(recorder.endings.allSatisfy { $0 == ending || $0 == .retired || $0 == .recalled })
    let gaveUp = recorder.events.contains { if case .gaveUp = $0 { true } else { false } }
    #expect(gaveUp == (ending == .unresponsive))
  }

  @Test func `workers that are too many are retired, not recycled`() async throws {
    let recorder = Recorder()
    var configuration = testConfiguration(workers: 3)
    configuration.observers = [recorder]
    try await withWorkerPool(configuration) { pool in
      _ = try await pool.map((0..<60).map { Work(id: $0, milliseconds: 2) })
      let started = EventOrder(recorder.events).startedWorkers
      pool.resize(to: 1)
      _ = try await pool.map((0..<10).map { Square(n: $0) })
      try await waitUntil { recorder.endings.count == started - 1 }
      #expect(started == 3 && recorder.endings == [.retired, .retired])
    }
  }

  @Test func `a place without a process is told`() async throws {
    let recorder = Recorder()
    var configuration = PoolConfiguration(
      workers: 2, command: WorkerCommand(executable: "/not/there"))
    configuration.observers = [recorder]
    let pool = try WorkerPool(configuration)
    await #expect(throws: (any Error).self) { try await pool.map([Square(n: 1)]) }
    await pool.shutdown()
    let unavailable = recorder.events.contains { event in
      if case .workerUnavailable(_, let reason, _) = event { return reason.contains("/not/there") }
      return false
    }
    #expect(unavailable)
    #expect(EventOrder(recorder.events).problems == [])
  }

  @Test func `events of killed workers keep their order`() async throws {
    let recorder = Recorder()
    let tag = makeTag()
    var configuration = testConfiguration(workers: 3, tag: tag)
    configuration.restartBudget = 10_000
    configuration.observers = [recorder]
    let storm = Task.detached {
      for _ in 0..<40 where !Task.isCancelled {
        try? await Task.sleep(for: .milliseconds(20))
        if let victim = processes(tagged: tag).randomElement() { kill(victim, SIGKILL) }
      }
    }
    let count = try await withWorkerPool(configuration) { pool in
      var count = 0
      for try await _ in pool.outcomes(of: (0..<2000).map { Work(id: $0, milliseconds: 0.5) }) {
        count += 1
      }
      return count
    }
    storm.cancel()
    let order = EventOrder(recorder.events)
    #expect(order.problems == [])
    #expect(count == 2000 && order.concluded(of: 1) == 2000)
    #expect(order.startedWorkers == order.endedWorkers)
  }
}
