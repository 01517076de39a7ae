import TestJobs
import Testing

@testable import WorkerFarm

@Suite struct RunProgressTests {
  private let start = MonotonicInstant(nanoseconds: 1_000_000_000_000)

  private func at(_ seconds: Double) -> MonotonicInstant { start.advanced(by: .seconds(seconds)) }

  /// So many outcomes a second, evenly, from one second to another.
  private func run(
    _ progress: inout RunProgress, rate: Double, from: Double, to: Double
  ) {
    let count = Int((to - from) * rate)
    for number in 1...count { progress.note(at: at(from + Double(number) / rate)) }
  }

  @Test func `a run that hasn't begun promises nothing`() {
    let progress = RunProgress(total: 10, start: start)
    #expect(progress.done == 0 && progress.rate(at: start) == 0 && progress.rate(at: at(5)) == 0)
    #expect(progress.timeLeft(at: at(5)) == nil && progress.elapsed(at: at(5)) == .seconds(5))
  }

  @Test(arguments: [0.02, 0.5, 3, 100, 5000]) func `an even run has its rate and its end`(
    rate: Double
  ) throws {
    var progress = RunProgress(total: 1_000_000, start: start)
    let length = max(60, 40 / rate)
    run(&progress, rate: rate, from: 0, to: length)
    let now = at(length)
    #expect(abs(progress.rate(at: now) / rate - 1) < 0.02)
    #expect(abs(progress.meanRate(at: now) / rate - 1) < 0.02)
    let left = try #require(progress.timeLeft(at: now))
    let expected = Double(1_000_000 - progress.done) / rate
    #expect(abs(left / .seconds(expected) - 1) < 0.02)
  }

  @Test func `a change of pace shows after ten seconds, while the mean remembers`() {
    var progress = RunProgress(total: nil, start: start)
    run(&progress, rate: 100, from: 0, to: 100)
    run(&progress, rate: 10, from: 100, to: 112)
    #expect(abs(progress.rate(at: at(112)) - 10) < 1)
    #expect(abs(progress.meanRate(at: at(112)) - 90.4) < 1)
    #expect(progress.timeLeft(at: at(112)) == nil)
  }

  @Test func `a run that stands still loses its rate by and by`() {
    var progress = RunProgress(total: 2000, start: start)
    run(&progress, rate: 50, from: 0, to: 20)
    let rates = [20.0, 25, 40, 200].map { progress.rate(at: at($0)) }
    #expect(rates == rates.sorted(by: >) && rates[3] < 5 && rates[3] > 0)
  }

  @Test func `failures are outcomes, cancelled jobs aren't, and time doesn't go back`() {
    var progress = RunProgress(total: 4, start: start)
    func outcome(_ result: Result<Int, JobFailure>) -> Outcome<Square> {
      Outcome(
        index: 0, input: Square(n: 1), result: result, attempts: 1, queueTime: .zero,
        runTime: .zero, workerPID: nil)
    }
    progress.note(outcome(.success(1)), at: at(1))
    progress.note(outcome(.failure(.timedOut(after: .seconds(1)))), at: at(2))
    progress.note(outcome(.failure(.cancelled)), at: at(3))
    progress.note(2, at: at(1.5))
    #expect(progress.done == 4 && progress.failed == 1)
    #expect(progress.timeLeft(at: at(4)) == .zero)
    #expect(progress.rate(at: at(0)) > 0 && progress.elapsed(at: at(-1)) == .zero)
  }

  @Test func `more than was expected is no negative time`() {
    var progress = RunProgress(total: 1, start: start)
    progress.note(5, at: at(1))
    #expect(progress.timeLeft(at: at(2)) == .zero)
  }
}
