import Glibc
import Synchronization
import TestJobs
import Testing

@testable import WorkerFarm

/// Row W1 at its worst.
@Suite(.hangGuard) struct StormTests {
  @Test func `W1 killing random workers loses nothing and changes no order`() async throws {
    let tag = makeTag()
    let descriptors = openDescriptorCount()
    var configuration = testConfiguration(workers: 3, tag: tag)
    // Whoever kills workers faster than they start can't expect the pool to go on without this.
    configuration.restartBudget = 10_000
    // On a thread of its own: tests that compute may hold all of Swift's for long.
    let isOver = Atomic(false)
    try DedicatedThread.start(named: "storm") {
      var random = SystemRandomNumberGenerator()
      // An end to it, in case the machine is too slow for any job between two deaths.
      for _ in 0..<150 where !isOver.load(ordering: .relaxed) {
        usleep(20_000)
        if let victim = processes(tagged: tag).randomElement(using: &random) {
          kill(victim, SIGKILL)
        }
      }
    }
    var killed = 0
    try await withWorkerPool(configuration) { pool in
      var index = 0
      let jobs = (0..<3000).map { Work(id: $0, milliseconds: 0.5) }
      for try await outcome in pool.outcomes(of: jobs) {
        #expect(outcome.index == index && outcome.input.id == index)
        switch outcome.result {
        case .success(let id): #expect(id == index)
        case .failure(let failure):
          #expect(failure == .crashed(.signalled(number: SIGKILL), lastWords: ""))
          #expect(outcome.attempts == 2)
        }
        if outcome.attempts > 1 { killed += 1 }
        index += 1
      }
      #expect(index == 3000)
    }
    isOver.store(true, ordering: .relaxed)
    #expect(killed > 0, "the storm hit nobody")
    #expect(processes(tagged: tag) == [])
    #expect(try await descriptorsAreDown(to: descriptors))
  }
}
