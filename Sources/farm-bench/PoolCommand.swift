import ArgumentParser
import WorkerFarm

/// `farm-bench pool`: what handing out a job costs, with jobs that do next to nothing.
struct PoolCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pool",
    abstract: "Times jobs that only square a number; prints one line of JSON.")

  @Option(help: "Worker processes.")
  var procs = ProcessorCount.available

  @Option(help: "Jobs to run.")
  var jobs = 1_000_000

  @Flag(help: "Let the jobs travel as Codable's JSON, not as bytes of their own.")
  var codable = false

  @Flag(help: "Give each job a frame of its own.")
  var singleFrames = false

  /// Enough that every worker has had some, so that starting them isn't timed.
  private static let warmUpJobsPerWorker = 1000

  func validate() throws {
    guard procs >= 1 else { throw ValidationError("--procs must be at least 1") }
    guard jobs >= 1 else { throw ValidationError("--jobs must be at least 1") }
  }

  func run() throws {
    if codable { try measure(TinyCodable.init) } else { try measure(Tiny.init) }
  }

  private func measure<J: Job>(_ makeJob: @escaping (UInt64) -> J) throws where J.Output == UInt64 {
    let clock = ContinuousClock()
    let start = clock.now
    var configuration = PoolConfiguration(workers: procs)
    configuration.sharesFrames = !singleFrames
    let pool = try WorkerPool(configuration)
    try go(1, makeJob, on: pool)
    let firstResult = clock.now - start
    try go(Self.warmUpJobsPerWorker * procs, makeJob, on: pool)
    let warm = clock.now
    try go(jobs, makeJob, on: pool)
    let elapsed = clock.now - warm
    pool.shutdownBlocking()

    let rate = (Double(jobs) / elapsed.seconds).rounded()
    let milliseconds = (firstResult.seconds * 1_000_000).rounded() / 1000
    print(
      #"{"processes":\#(procs),"jobs":\#(jobs),"codable":\#(codable),"singleFrames":\#(singleFrames),"#
        + #""jobsPerSecond":\#(rate),"#
        + #""firstResultMilliseconds":\#(milliseconds),"#
        + #""peakResidentBytes":\#(try PeakMemory.residentBytes())}"#)
  }

  /// Runs jobs and checks each output, holding none of them.
  private func go<J: Job>(
    _ count: Int, _ makeJob: @escaping (UInt64) -> J, on pool: WorkerPool
  ) throws where J.Output == UInt64 {
    let jobs = (0..<UInt64(count)).lazy.map(makeJob)
    var outcomes = pool.outcomes(of: jobs).makeBlockingIterator()
    while let outcome = try outcomes.next() {
      let number = UInt64(outcome.index)
      guard try outcome.get() == number &* number else { throw WrongOutput(index: outcome.index) }
    }
  }
}

private struct WrongOutput: Error, CustomStringConvertible {
  let index: Int
  var description: String { "job \(index) came back with a wrong output" }
}

extension Duration {
  var seconds: Double {
    let (whole, attoseconds) = components
    return Double(whole) + Double(attoseconds) / 1e18
  }
}
