@testable import WorkerFarm

/// A reply that no honest worker gives.
enum FalseReply: CaseIterable {
  /// To the job that it answered last.
  case duplicate
  /// To the second of its jobs before the first.
  case reordered
  /// To a job that another worker holds.
  case stolen
  /// To any other job, perhaps of long ago.
  case foreign
  /// To a job that there never was.
  case unknown
  /// To those that it has done, and to one more.
  case oneTooMany
}

/// Workers that break the protocol.
extension Simulation {
  /// Garbage, a closed pipe, or a reply that mustn't be believed; the engine kills for it.
  func commitBreach(_ id: WorkerID) throws {
    guard !workers[id].isUnheard else { return }
    let reply = FalseReply.allCases[pick(0...FalseReply.allCases.count - 1)]
    if chance(70) {
      if reply == .oneTooMany {
        try answerOneTooMany(id)
      } else if let job = falseJob(reply, id), job != workers[id].jobs.first.map({ jobs[$0].id }) {
        try tryToReply(reply, to: job, id)
      }
    }
    note("worker \(id) breaks the protocol")
    workers[id].isUnheard = true
    scheduler.kill(id, .misconduct)
  }

  private func falseJob(_ reply: FalseReply, _ id: WorkerID) -> JobID? {
    switch reply {
    case .duplicate: return workers[id].lastAnswered.map { jobs[$0].id }
    case .reordered: return workers[id].jobs.dropFirst().first.map { jobs[$0].id }
    case .stolen:
      let others = workers.indices.filter { $0 != id && !workers[$0].jobs.isEmpty }
      guard !others.isEmpty else { return nil }
      return jobs[workers[others[pick(0...others.count - 1)]].jobs[0]].id
    case .foreign: return jobs.isEmpty ? nil : jobs[pick(0...jobs.count - 1)].id
    case .unknown:
      let ids = [0, .max, UInt64(jobs.count) + 1]
      return JobID(rawValue: ids[pick(0...ids.count - 1)])
    case .oneTooMany: return nil
    }
  }

  /// As an output, a failure or a demand for memory: all are refused, and nothing comes of them.
  private func tryToReply(_ reply: FalseReply, to job: JobID, _ id: WorkerID) throws {
    note("worker \(id) answers \(job.rawValue), which it doesn't have to: \(reply)")
    let isRefused = Self.isRefused { () throws(WireError) in
      switch pick(0...2) {
      case 0: try scheduler.replied(id, first: job, .outputs(Records(sizes: [1])), reading)
      case 1: try scheduler.replied(id, first: job, .failure(.cancelled), reading)
      default: try scheduler.demanded(id, job: job, memory: 1, reading)
      }
    }
    try expect(isRefused, "a reply that is \(reply) was accepted")
    refused[reply, default: 0] += 1
  }

  private static func isRefused(_ body: () throws(WireError) -> Void) -> Bool {
    do {
      try body()
      return false
    } catch {
      return true
    }
  }

  /// What a worker says before the breach was said in order, and counts.
  private func answerOneTooMany(_ id: WorkerID) throws {
    var answered: [Int] = []
    for job in workers[id].jobs.prefix(workers[id].done) {
      let isNext = answered.last.map { jobs[$0].id.advanced(by: 1) == jobs[job].id } ?? true
      guard isNext, jobs[job].memory <= memoryShare else { break }
      answered.append(job)
    }
    guard let first = answered.first, let last = answered.last else { return }
    let next = jobs[last].id.advanced(by: 1)
    // With the next one among its jobs it would be an answer like any other.
    if workers[id].jobs.dropFirst(answered.count).first.map({ jobs[$0].id }) == next { return }
    let sizes = (answered + [0]).map { _ in pick(0...120) }
    note("worker \(id) answers jobs \(answered) and one more")
    let isRefused = Self.isRefused { () throws(WireError) in
      try scheduler.replied(id, first: jobs[first].id, .outputs(Records(sizes: sizes)), reading)
    }
    try expect(isRefused, "more replies than jobs were accepted")
    refused[.oneTooMany, default: 0] += 1
    for (job, size) in zip(answered, sizes) {
      _ = takeFirst(of: id)
      noteAnswer(to: job, size: size)
    }
  }
}
