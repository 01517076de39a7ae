import ArgumentParser
import Glibc
import WorkerFarm

/// `farm-bench latency`: how long one job alone takes from its caller to a worker and back, beside two processes that
/// only pass a message through two pipes.
struct LatencyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "latency",
    abstract: "Times lone jobs beside a bare pipe; prints one line of JSON.")

  @Option(help: "Round trips of each kind in a round.")
  var jobs = 10_000

  @Option(help: "Rounds, in which both kinds take turns.")
  var rounds = 5

  func validate() throws {
    guard jobs >= 1, rounds >= 1 else { throw ValidationError("--jobs and --rounds start at 1") }
  }

  func run() throws {
    let pool = try WorkerPool(PoolConfiguration(workers: 1))
    defer { pool.shutdownBlocking() }
    let peer = try PipePeer(answer: 24)
    _ = try pool.runBlocking(Tiny(1))
    var message = [UInt8](repeating: 7, count: 24)
    var ours: [Double] = []
    var bare: [Double] = []
    for _ in 0..<rounds {
      ours.append(
        try median {
          guard try pool.runBlocking(Tiny($0)) == $0 &* $0 else { throw FileError("wrong output") }
        })
      bare.append(
        try median { _ in
          message.withUnsafeBytes { peer.send($0) }
          guard read(peer.output, &message, 24) == 24 else { throw FileError("the pipe ended") }
        })
    }
    let ratio = zip(ours, bare).map(/).sorted()[rounds / 2]
    print(
      #"{"microseconds":\#(rounded(ours)),"pipeMicroseconds":\#(rounded(bare)),"#
        + #""ratio":\#((ratio * 100).rounded() / 100)}"#)
  }

  /// Nanoseconds that half of the round trips don't exceed.
  private func median(_ body: (UInt64) throws -> Void) throws -> Double {
    var times: [Duration] = []
    times.reserveCapacity(jobs)
    let clock = ContinuousClock()
    for number in 0..<UInt64(jobs) {
      let start = clock.now
      try body(number)
      times.append(clock.now - start)
    }
    return times.sorted()[jobs / 2].seconds * 1e9
  }

  private func rounded(_ nanoseconds: [Double]) -> Double {
    (nanoseconds.sorted()[rounds / 2] / 10).rounded() / 100
  }
}
