import WorkerFarm
import Glibc

struct Tiny: Job {
  var n: UInt64
  func run() -> UInt64 { n &* n }
  init(n: UInt64) { self.n = n }
  func encode(into writer: inout ByteWriter) { writer.write(n) }
  init(decoding reader: inout ByteReader) throws { n = try reader.read() }
  static func encode(_ output: UInt64, into writer: inout ByteWriter) { writer.write(output) }
  static func decodeOutput(_ reader: inout ByteReader) throws -> UInt64 { try reader.read() }
}
struct Square: Job, Codable { var n: Int; func run() throws -> Int { n * n } }
WorkerProcess.serveIfRequested(Tiny.self, Square.self)
let clock = ContinuousClock()
for w in [1, 2] {
  var t = clock.now
  let pool = try WorkerPool(PoolConfiguration(workers: w))
  _ = try pool.mapBlocking([Square(n: 3)])
  print("first", clock.now - t); t = clock.now
  let n = 1_000_000
  let r = try pool.mapBlocking((0..<n).lazy.map { Tiny(n: UInt64($0)) })
  let d = clock.now - t
  print("tiny", w, d, r.count, Double(n) / (Double(d.components.attoseconds) / 1e18 + Double(d.components.seconds))); t = clock.now
  _ = try pool.mapBlocking((0..<20000).lazy.map { Square(n: $0) })
  let d2 = clock.now - t
  print("codable", w, d2,  Double(20000) / (Double(d2.components.attoseconds) / 1e18 + Double(d2.components.seconds))); t = clock.now
  pool.shutdownBlocking()
  print("shutdown", clock.now - t)
}
