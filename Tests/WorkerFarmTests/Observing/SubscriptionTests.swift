import TestJobs
import Testing

@testable import WorkerFarm

@Suite(.hangGuard) struct SubscriptionTests {
  @Test func `without anybody to tell, no event is built`() {
    var observers = Observers()
    var built = 0
    func event() -> PoolEvent {
      built += 1
      return .closed(at: .now)
    }
    observers.tell(event())
    #expect(observers.isEmpty && built == 0)

    do {
      let events = PoolEvents(buffering: 1)
      observers.add(events.subscription)
      observers.tell(event())
      #expect(built == 1 && events.dropped == 0)
    }
    // It's noticed at the next event that nobody listens any more.
    observers.tell(event())
    observers.tell(event())
    #expect(observers.isEmpty && built == 2)

    observers = Observers([Recorder(), Recorder()])
    observers.tell(event())
    #expect(built == 3)
    observers.finish()
    observers.tell(event())
    #expect(built == 3)
  }

  @Test(arguments: Episode.everywhere) func `a sequence of events has them all, and ends`(
    backend: PoolConfiguration.Backend
  ) async throws {
    let recorder = Recorder()
    var configuration = backend.configuration()
    configuration.observers = [recorder]
    let pool = try WorkerPool(configuration)
    let events = pool.events(buffering: 1_000_000)
    #expect(try await pool.map((0..<500).map { Square(n: $0) }).count == 500)
    await pool.shutdown()
    var heard: [PoolEvent] = []
    for await event in events { heard.append(event) }
    let expected = recorder.events
    #expect(events.dropped == 0)
    // An inline pool has its worker from the beginning.
    #expect(heard.map(\.at) == expected.suffix(heard.count).map(\.at))
    #expect(expected.count - heard.count <= 2)
    for await event in pool.events() { Issue.record("\(event) after the end") }
  }

  @Test func `what finds the buffer full is counted`() async throws {
    let recorder = Recorder()
    var configuration = testConfiguration()
    configuration.observers = [recorder]
    let pool = try WorkerPool(configuration)
    let events = pool.events(buffering: 10)
    _ = try await pool.map((0..<500).map { Square(n: $0) })
    await pool.shutdown()
    var heard = 0
    for await _ in events { heard += 1 }
    #expect(heard == 10)
    #expect(heard + events.dropped == recorder.events.count)
  }

  @Test func `whoever stops listening holds up nobody`() async throws {
    try await withWorkerPool(testConfiguration()) { pool in
      do {
        let events = pool.events(buffering: 1)
        let listener = Task { for await _ in events {} }
        _ = try await pool.map([Square(n: 2)])
        listener.cancel()
      }
      #expect(try await pool.map((0..<1000).map { Square(n: $0) }).count == 1000)
    }
  }
}
