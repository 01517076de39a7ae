import WorkerFarm

/// Something to compute: how many primes there are below a number.
struct CountPrimes: Job, Codable {
  var limit: Int

  func run() throws -> Int {
    guard limit > 2 else { return 0 }
    return (2..<limit).count { candidate in
      var divisor = 2
      while divisor * divisor <= candidate {
        if candidate % divisor == 0 { return false }
        divisor += 1
      }
      return true
    }
  }
}
