import Glibc

@testable import WorkerFarm

/// What workers do, well or badly.
extension EngineSimulation {
  func act(_ process: VirtualProcess) throws {
    if process.isKilled && (isKind || world.chance(400)) {
      return die(process, .signalled(number: SIGKILL))
    }
    if isKind {
      // Without a deadline only somebody else can end it.
      if process.isCorrupt && world.chance(50) { return die(process, .signalled(number: SIGKILL)) }
      process.hangs = false
      return try behave(process, generously: true)
    }
    if process.hangs { return }
    if world.chance(25) { return misbehave(process) }
    try behave(process, generously: world.chance(200))
  }

  private func behave(_ process: VirtualProcess, generously: Bool) throws {
    if !process.hasSaidHello { process.sayHello() }
    try process.read()
    if generously {
      for _ in 0..<20 {
        process.begin()
        process.finish()
      }
    } else if process.running == nil {
      process.begin()
    } else if world.chance(600) {
      process.finish()
    }
    try process.write(generously ? .max : world.pick(1...200))
    let isDone = process.waiting.isEmpty && process.running == nil && process.outgoing.isEmpty
    if process.isLetGo && isDone { die(process, .exited(status: 0)) }
  }

  private func misbehave(_ process: VirtualProcess) {
    let way = world.pick(0...9)
    world.lines.append("worker \(process.pid) misbehaves in way \(way)")
    process.isCorrupt = process.isCorrupt || (4...8).contains(way)
    switch way {
    case 0: die(process, .signalled(number: SIGKILL))
    case 1: die(process, .signalled(number: SIGSEGV))
    case 2: die(process, .exited(status: 0))
    case 3: process.hangs = true
    case 4: process.outgoing += (0..<world.pick(1...40)).map { _ in 0xA5 }
    // A length of 4 GiB.
    case 5: process.outgoing += [255, 255, 255, 255, 4, 0, 0, 0]
    case 6: process.outgoing += process.lastReply
    case 7: process.outgoing += VirtualWork(number: 0, throwing: false, size: 9).reply(id: .max)
    case 8:
      // The second before the first.
      if process.running == nil && process.waiting.count > 1 { process.waiting.swapAt(0, 1) }
    default:
      process.closeOutput()
      process.complain("I have nothing more to say\n")
    }
  }

  private func die(_ process: VirtualProcess, _ how: Termination) {
    world.lines.append("worker \(process.pid) \(how)")
    process.die(how)
  }
}
