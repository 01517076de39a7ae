import ArgumentParser
import Glibc

/// `farm-bench pipes`: what handing out jobs one by one takes at least, with processes that only send each message back.
struct PipesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pipes",
    abstract: "Times messages to processes and back, one at a time; prints one line of JSON.")

  @Option(help: "Processes.")
  var procs = 1

  @Option(help: "Messages.")
  var jobs = 100_000

  /// As long as a small job with its frame.
  private static let size = 24

  func validate() throws {
    guard procs >= 1, jobs >= procs else { throw ValidationError("--jobs is at least --procs, 1") }
  }

  func run() throws {
    let peers = try (0..<procs).map { _ in try Peer(answer: Self.size) }
    try go(100 * procs, peers)
    let clock = ContinuousClock()
    let start = clock.now
    try go(jobs, peers)
    let rate = (Double(jobs) / (clock.now - start).seconds).rounded()
    print(#"{"processes":\#(procs),"jobs":\#(jobs),"jobsPerSecond":\#(rate)}"#)
  }

  /// Whoever has answered gets the next one: all of them are waited for in turn, since all have equally much to do.
  private func go(_ count: Int, _ peers: [Peer]) throws {
    var message = [UInt8](repeating: 7, count: Self.size)
    for number in 0..<count + peers.count {
      let peer = peers[number % peers.count]
      if number >= peers.count {
        guard read(peer.pipes.output, &message, Self.size) == Self.size else {
          throw FileError("the pipe ended")
        }
      }
      if number < count { message.withUnsafeBytes { peer.pipes.send($0) } }
    }
  }
}

/// A value that can't be copied can't be in an array either.
private final class Peer {
  let pipes: PipePeer

  init(answer: Int) throws { pipes = try PipePeer(answer: answer) }
}
