@testable import WorkerFarm

/// What must be true after every turn of the engine.
extension EngineSimulation {
  /// - Parameter isWhole: the engine has read all that there was.
  func check(isWhole: Bool) throws {
    if let breach = world.breach { throw breach }
    for consumer in consumers { consumer.noteTurn(engine) }
    guard isWhole else { return }
    for (id, link) in engine.links.enumerated() {
      guard let process = link?.body as? VirtualProcess else { continue }
      guard process.isAlive, !process.isKilled else { continue }
      let mayBeMute = engine.scheduler.workers[id].phase == .retiring
      guard link?.violation == nil, mayBeMute || link?.outputIsOpen == true else {
        throw Breach(description: "worker \(process.pid) isn't heard any more, and nobody minds")
      }
      try checkStart(of: process, at: id)
      try checkJob(of: process, at: id)
    }
  }

  private func checkStart(of process: VirtualProcess, at id: WorkerID) throws {
    let limit = process.startedAt + world.configuration.startTimeout.clampedNanoseconds
    guard engine.scheduler.workers[id].phase == .starting, world.now >= limit else { return }
    throw Breach(description: "worker \(process.pid) never said hello, and nobody minds")
  }

  /// A worker that hangs with a job is killed when the job's time is over: counted from the first turn at which all
  /// that it had said is read. One that is seen at another job gets its time once more.
  private func checkJob(of process: VirtualProcess, at id: WorkerID) throws {
    guard let timeout = world.configuration.timeout?.clampedNanoseconds,
      process.hangs, !engine.scheduler.workers[id].inFlight.isEmpty
    else {
      process.due = nil
      return
    }
    guard let due = process.due else {
      process.due = world.now + timeout
      process.reprieves = process.keepsPage ? 1 : 0
      return
    }
    guard world.now >= due else { return }
    guard process.reprieves > 0 else {
      throw Breach(description: "worker \(process.pid) hangs, and nobody minds")
    }
    process.reprieves -= 1
    process.due = world.now + timeout
  }

  /// Notes what the jobs have to expect that it holds.
  func noteEnding(of process: VirtualProcess) {
    guard let id = engine.links.firstIndex(where: { $0?.body === process }),
      let link = engine.links[id]
    else { return }
    let backoff = world.configuration.retry.backoff.delay(after: 1)
    let isToBlame =
      process.keepsPage && link.hello != nil && !process.isKilled && !process.isSpoiled
      && !world.mayKillAnybody
    for batch in Array(engine.scheduler.workers[id].inFlight) {
      let isRunning = batch.firstID.rawValue..<batch.firstID.rawValue + UInt64(batch.count)
      for offset in 0..<batch.count {
        let work = batch.inputs.withRecord(offset) { VirtualWork(Array($0)) }
        world.facts[work.number].endings += 1
      }
      guard let job = process.desk.running, isToBlame, isRunning.contains(job.id) else { continue }
      world.facts[job.work.number].suspectSince = world.now + backoff
    }
  }
}
