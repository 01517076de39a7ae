import Glibc
import TestJobs
import WorkerFarm

/// A coordinator's memory is bounded by the window, whatever comes through it.
extension Scenario {
  /// What a coordinator may have held at most, in kilobytes: the window, 32 MiB, and what a program has anyway.
  private static let mostKilobytes = 60_000

  func streamManyInputs() throws {
    #if DEBUG
      let count = 1_000_000
    #else
      let count = 10_000_000
    #endif
    let pool = try WorkerPool(.processes(count: 2))
    var outcomes = pool.outcomes(of: (0..<count).lazy.map { _ in Counted(microseconds: 0) })
      .makeBlockingIterator()
    var seen = 0
    while let outcome = try outcomes.next() {
      try outcome.get()
      if outcome.index != seen { return print("\(outcome.index) came in place of \(seen)") }
      seen += 1
      // A consumer that has other things to do from time to time.
      if seen % (count / 20) == 0 { usleep(50_000) }
    }
    pool.shutdownBlocking()
    if seen != count { print("\(seen) outcomes of \(count) jobs") }
    reportPeak()
  }

  func streamBehindSlowFirst(throwing: Bool) throws {
    let count = 60_000
    var configuration = PoolConfiguration.processes(count: 2)
    // Only the bound in bytes holds them back.
    configuration.window = count
    let pool = try WorkerPool(configuration)
    let jobs = (0..<count).lazy.map { index in
      Bulky(milliseconds: index == 0 ? 3000 : 0, size: 10 << 10, throwing: throwing)
    }
    var outcomes = pool.outcomes(of: jobs).makeBlockingIterator()
    var seen = 0
    while let outcome = try outcomes.next() {
      switch outcome.result {
      case .success(let bytes): if throwing || bytes.count != 10 << 10 { print("\(outcome)") }
      case .failure(let failure): if !throwing || failure.kind != "thrown" { print("\(outcome)") }
      }
      if outcome.index != seen { return print("\(outcome.index) came in place of \(seen)") }
      seen += 1
    }
    pool.shutdownBlocking()
    if seen != count { print("\(seen) outcomes of \(count) jobs") }
    reportPeak()
  }

  private func reportPeak() {
    let peak = kilobytes("VmHWM")
    if getenv("FARM_SHOW_PEAK") != nil { print("\(peak) KB") }
    // A sanitizer's own memory is measured as well.
    if peak == 0 || (peak > Self.mostKilobytes && !Sanitizer.isOn) {
      print("\(peak) KB were resident")
    }
  }

  func streamLargeJobs() throws {
    var configuration = PoolConfiguration(workers: 1)
    configuration.windowBytes = 4 << 20
    let pool = try WorkerPool(configuration)
    // Two fit into a worker's share, so the pipe is never empty; 400 MB in all.
    let jobs = repeatElement(Swell(inputSize: 800_000, outputSize: 8), count: 500)
    var outcomes = pool.outcomes(of: jobs).makeBlockingIterator()
    while let outcome = try outcomes.next() { _ = try outcome.get() }
    pool.shutdownBlocking()
    let resident = kilobytes("VmHWM")
    if resident == 0 || resident > 150_000 { print("\(resident) KB were resident") }
  }
}
