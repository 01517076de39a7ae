import ArgumentParser
import Glibc
import WorkerFarm

/// `farm-bench payload`: how fast large inputs reach the workers, beside a bare pipe.
struct PayloadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "payload",
    abstract: "Times inputs of a mebibyte beside a bare pipe; prints one line of JSON.")

  @Option(help: "Worker processes.")
  var procs = ProcessorCount.available

  @Option(help: "Inputs in a round.")
  var jobs = 2000

  @Option(help: "Rounds, in which both kinds take turns.")
  var rounds = 3

  private static let size = 1 << 20

  func run() throws {
    let bytes = [UInt8](repeating: 0x5A, count: Self.size)
    var configuration = PoolConfiguration(workers: procs)
    configuration.windowBytes = 16 << 20
    let pool = try WorkerPool(configuration)
    defer { pool.shutdownBlocking() }
    var ours: [Double] = []
    var bare: [Double] = []
    for round in 0...rounds {
      let own = try rate {
        let jobs = repeatElement(Weigh(bytes: bytes), count: jobs)
        let weight = try pool.reduceBlocking(jobs, into: 0) { $0 += $1 }
        guard weight == self.jobs * Self.size else { throw FileError("some bytes are lost") }
      }
      let pipes = try rate {
        let peer = try PipePeer(answer: 0)
        for _ in 0..<jobs { bytes.withUnsafeBytes { peer.send($0) } }
      }
      // The first round warms up.
      if round > 0 {
        ours.append(own)
        bare.append(pipes)
      }
    }
    print(
      #"{"processes":\#(procs),"gigabytesPerSecond":\#(middle(ours)),"#
        + #""pipeGigabytesPerSecond":\#(middle(bare))}"#)
  }

  private func rate(_ body: () throws -> Void) throws -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try body()
    return Double(jobs * Self.size) / (clock.now - start).seconds / 1e9
  }

  private func middle(_ rates: [Double]) -> Double {
    (rates.sorted()[rates.count / 2] * 100).rounded() / 100
  }
}

/// Says how many bytes came.
struct Weigh: Job {
  let bytes: [UInt8]
  private let count: Int

  init(bytes: [UInt8]) {
    self.bytes = bytes
    count = bytes.count
  }

  func run() -> Int { count }

  // The array has no length before it, and isn't copied.
  func encode(into writer: inout ByteWriter) { writer.write(raw: bytes) }

  init(decoding reader: inout ByteReader) {
    bytes = []
    count = reader.readRest().count
  }

  static func encode(_ output: Int, into writer: inout ByteWriter) { writer.write(output) }

  static func decodeOutput(_ reader: inout ByteReader) throws -> Int { try reader.read() }
}
