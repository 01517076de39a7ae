import WorkerFarm

struct Square: Job, Codable {
  var n: Int
  func run() throws -> Int { n * n }
}

@main struct Squares {
  static func main() async throws {
    WorkerProcess.serveIfRequested(Square.self)  // a worker is this program, started again
    let squares = try await withWorkerPool { pool in
      try await pool.map((1...1000).map(Square.init))
    }
    print(squares.reduce(0, +))
  }
}
