import Glibc

@testable import WorkerFarm

/// A worker without a process: a real pipe at each side, and in between whatever the simulation says.
///
/// It knows nothing of the engine but the bytes that it reads, and the engine nothing of it but those that it writes.
final class VirtualProcess: WorkerBody {
  /// How it introduces itself.
  enum Greeting: CaseIterable {
    case orderly, noPage, oneByOne, none, otherVersion, echo, garbage
  }

  let pid: Int32
  let greeting: Greeting
  let world: EngineSimulation.World
  let startedAt: Nanoseconds
  /// Not later than the engine began to wait for it.
  let wantedSince: Nanoseconds
  let page: ProgressPage
  private let end: WakeUp
  var requests: SharedDescriptor?
  var replies: SharedDescriptor?
  var errors: SharedDescriptor?
  /// What another process holds of a dead one's.
  private var inherited: SharedDescriptor?
  var decoder = FrameDecoder()
  var desk = Desk()

  private(set) var termination: Termination?
  /// The engine wants it to end at once.
  private(set) var isKilled = false
  private(set) var isReaped = false
  /// The engine closed its input.
  var isLetGo = false
  /// It does nothing any more, or nothing until then.
  var hangs = false
  var stalledUntil: Nanoseconds = 0
  /// What it wrote last wants an end; whatever it wrote next would be taken for that.
  var isMidFrame = false
  /// It broke a rule, so whatever happens to it is right.
  var isSpoiled = false
  var residentBytes: Int?
  /// It hangs: when its job has to be given up, and how often that was put off because it was seen at another.
  var due: Nanoseconds?
  var reprieves = 0

  init(
    pid: Int32, world: EngineSimulation.World, page: ProgressPage, ends: WorkerEnds
  ) throws(SystemError) {
    self.pid = pid
    self.world = world
    self.page = page
    startedAt = world.now
    wantedSince = world.latestStart
    greeting =
      world.isKind || world.chance(900)
      ? (world.chance(800) ? .orderly : world.chance(500) ? .noPage : .oneByOne)
      : Greeting.allCases[world.pick(3...6)]
    residentBytes = world.chance(500) ? world.pick(0...3000) : nil
    end = try WakeUp()
    let requests = try SharedDescriptor(duplicating: ends.requests)
    let replies = try SharedDescriptor(duplicating: ends.replies)
    let errors = try SharedDescriptor(duplicating: ends.errors)
    for descriptor in [requests, replies, errors] {
      try descriptor.descriptor.makeNonblocking()
    }
    self.requests = requests
    self.replies = replies
    self.errors = errors
  }

  var keepsPage: Bool { greeting != .noPage }
  var isAlive: Bool { termination == nil }
  var isWellMannered: Bool { greeting == .orderly || greeting == .noPage || greeting == .oneByOne }

  // MARK: What the engine sees

  var endDescriptor: Int32 { end.descriptor.number }

  func kill() {
    world.note("worker \(pid) is killed")
    world.claim(isKilledForAReason, "worker \(pid) is killed for no reason")
    isKilled = true
  }

  func limitMemory(to bytes: Int) {}

  func reapIfEnded() -> Termination? {
    isReaped = termination != nil
    return termination
  }

  /// As far as can be told from here: who is well is killed for being late only, and not too early.
  private var isKilledForAReason: Bool {
    let configuration = world.configuration
    if isSpoiled || !isWellMannered || !isAlive || world.mayKillAnybody { return true }
    if residentBytes ?? 0 > configuration.workerMemoryLimit ?? .max { return true }
    if isLetGo || desk.isUnread || desk.latestReply >= world.latestLook { return true }
    if !desk.hasSaidHello {
      return world.now >= wantedSince + configuration.startTimeout.clampedNanoseconds
    }
    guard let timeout = configuration.timeout?.clampedNanoseconds else { return false }
    return world.now >= desk.latestReply + timeout
  }

  // MARK: Its end

  /// - Parameter isSurvived: somebody else still holds its output open.
  func die(_ how: Termination, isSurvived: Bool = false) {
    world.note("worker \(pid) \(how)")
    termination = how
    if isSurvived { inherited = replies }
    requests = nil
    replies = nil
    errors = nil
    end.signal()
  }

  func complain(_ text: String) {
    guard let errors else { return }
    _ = Glibc.write(errors.descriptor.number, text, text.utf8.count)
  }
}
