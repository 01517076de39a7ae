import Glibc

@testable import WorkerFarm

/// What workers do, well or badly.
extension EngineSimulation {
  func act(_ process: VirtualProcess) throws {
    if process.isKilled && (world.isKind || world.chance(400)) {
      return die(process, .signalled(number: SIGKILL))
    }
    if world.isKind { return try recover(process) }
    if process.hangs || process.stalledUntil > world.now || process.greeting == .none { return }
    if world.chance(25) { return misbehave(process) }
    try behave(process, generously: world.chance(200))
  }

  /// A worker that is ill gets well, or is seen to by a deadline, or, if there's none, by somebody else.
  private func recover(_ process: VirtualProcess) throws {
    let isDue = process.due != nil || process.greeting == .none
    if isDue && !process.isLetGo { return }
    if process.isSpoiled && world.chance(50) { return die(process, .signalled(number: SIGKILL)) }
    if process.isMidFrame || process.desk.isUnread { return }
    process.hangs = false
    try behave(process, generously: true)
  }

  private func behave(_ process: VirtualProcess, generously: Bool) throws {
    process.greet()
    if !process.desk.isUnread {
      try process.read(generously || world.chance(800) ? .max : world.pick(1...500))
    }
    if generously {
      for _ in 0..<20 {
        process.begin()
        process.finish()
      }
    } else if process.desk.running == nil {
      process.begin()
    } else if world.chance(600) {
      process.finish()
    }
    // Who notes on a page what runs may hold results back.
    if generously || !process.keepsPage || world.chance(800) { process.sealResults() }
    try process.write(generously ? .max : world.pick(1...200))
    if process.isLetGo && process.desk.isEmpty {
      die(process, .exited(status: world.chance(900) ? 0 : 3))
    }
  }

  // MARK: Misbehaviour

  private enum Way: CaseIterable {
    case killed, trapped, left, survived, hangs, stalls, silent, deaf, floods, grows, liesOnPage
    case garbage, hugeFrame, halfFrame, otherKind, secondHello, repeated, foreign, swapped, torn,
      nonsense
  }

  private func misbehave(_ process: VirtualProcess) {
    let way = Way.allCases[world.pick(0...Way.allCases.count - 1)]
    world.note("worker \(process.pid) misbehaves: \(way)")
    switch way {
    case .killed: die(process, .signalled(number: SIGKILL))
    case .trapped:
      process.complain("I have nothing more to say\n")
      die(process, .signalled(number: SIGILL))
    case .left: die(process, .exited(status: 0))
    case .survived: die(process, .signalled(number: SIGSEGV), isSurvived: true)
    case .hangs: process.hangs = true
    case .stalls: process.stalledUntil = world.now + Nanoseconds(world.pick(1...400)) * 1_000_000
    case .silent: spoil(process) { $0.replies = nil }
    case .deaf:
      spoil(process) {
        $0.requests = nil
        $0.desk.isUnread = true
      }
    case .floods: process.complain(String(repeating: "blah ", count: 8000))
    case .grows: process.residentBytes = world.pick(2000...6000)
    case .liesOnPage: lie(process)
    default: spoil(process) { $0.desk.outgoing += falseWords(way, $0) }
    }
  }

  private func spoil(_ process: VirtualProcess, _ body: (VirtualProcess) -> Void) {
    process.isSpoiled = true
    body(process)
  }

  private func lie(_ process: VirtualProcess) {
    process.isSpoiled = true
    process.page.runningJob =
      world.chance(500) ? .max : process.desk.waiting.last?.id ?? UInt64(world.pick(1...100))
  }

  private func falseWords(_ way: Way, _ process: VirtualProcess) -> [UInt8] {
    let id = process.desk.running?.id ?? 1
    switch way {
    case .garbage: return [UInt8](repeating: 0xA5, count: world.pick(1...40))
    case .hugeFrame: return [255, 255, 255, 255, 4, 0, 0, 0]
    case .halfFrame:
      process.hangs = true
      process.isMidFrame = true
      return Array(process.desk.lastReply.dropLast(world.pick(1...20)))
    case .otherKind: return Self.frame(world.chance(500) ? .job : .declare, id, [1, 2, 3])
    case .secondHello: return Self.frame(.hello, 0, [])
    case .repeated: return process.desk.lastReply
    case .foreign: return VirtualWork(number: 0, throwing: false, size: 9).reply(id: .max)
    // Longer than what is there.
    case .torn: return Self.frame(.results, id, [200, 0, 0, 0, 1])
    // No failure has this reason.
    case .nonsense: return Self.frame(.failure, id, [99])
    default:
      // The second before the first.
      if process.desk.running == nil && process.desk.waiting.count > 1 {
        process.desk.waiting.swapAt(0, 1)
      }
      return []
    }
  }

  private static func frame(_ kind: Frame.Kind, _ id: UInt64, _ payload: [UInt8]) -> [UInt8] {
    var writer = ByteWriter()
    writer.writeFrame(kind, id: id) { writer in
      payload.withUnsafeBytes { writer.write(raw: $0) }
    }
    return writer.bytes
  }

  // MARK: Death

  func die(_ process: VirtualProcess, _ how: Termination, isSurvived: Bool = false) {
    noteEnding(of: process)
    process.die(how, isSurvived: isSurvived)
  }
}
