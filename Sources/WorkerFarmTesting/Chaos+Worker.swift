import Glibc
import Synchronization
public import WorkerFarm

/// The worker's side.
extension Chaos {
  /// In a worker's environment: what ``init(argument:)`` reads.
  static let variable = "WORKER_FARM_CHAOS"
  /// In a worker's environment: the ledger's path. Without it every attempt draws anew.
  static let ledgerVariable = "WORKER_FARM_CHAOS_LEDGER"

  /// Makes this process a worker that misbehaves if a pool started it as one; returns at once otherwise.
  ///
  /// It stands before ``WorkerFarm/WorkerProcess/serveIfRequested(_:)`` with the same types, in programs for
  /// tests. A text that isn't understood ends the worker with a complaint.
  public static func serveIfRequested(_ jobTypes: any Job.Type...) {
    guard getenv(WorkerProcess.requestVariable) != nil, let text = getenv(variable) else { return }
    guard let chaos = Chaos(argument: String(cString: text)) else {
      complain("\(variable) is no list of faults: \(String(cString: text))")
    }
    var ledger: Int32 = -1
    if let path = getenv(ledgerVariable) {
      ledger = open(path, O_RDWR | O_APPEND | O_CLOEXEC)
      if ledger < 0 { complain("\(String(cString: path)): \(SystemError.message(for: errno))") }
    }
    Unrest.shared.withLock { $0 = Unrest(chaos: chaos, ledger: ledger) }
    WorkerProcess.serve(jobTypes.map(Self.chaotic))
  }

  private static func chaotic(_ type: any Job.Type) -> any Job.Type {
    if let type = type as? any StatefulJob.Type { return wrappedStateful(type) }
    return wrapped(type)
  }

  private static func wrapped<J: Job>(_: J.Type) -> any Job.Type { ChaoticJob<J>.self }

  private static func wrappedStateful<J: StatefulJob>(_: J.Type) -> any Job.Type {
    ChaoticStatefulJob<J>.self
  }

  private static func complain(_ text: String) -> Never {
    let bytes = Array("chaos: \(text)\n".utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
    exit(1)
  }
}

/// What a worker knows of the chaos that it's part of.
struct Unrest: Sendable {
  var chaos = Chaos()
  /// -1 for none.
  var ledger: Int32 = -1

  static let shared = Mutex(Unrest())

  /// A job as it comes, by all that tells it from others.
  static func key(name: String, input: UnsafeRawBufferPointer) -> UInt64 {
    var key = name.utf8.reduce(UInt64(0)) { Chaos.mix($0 ^ UInt64($1)) }
    for byte in input { key = Chaos.mix(key ^ UInt64(byte)) }
    return key
  }

  /// Misbehaves if it's this job's turn, and takes a note of it first.
  static func reach(_ moment: Chaos.Moment, key: UInt64) {
    let unrest = shared.withLock { $0 }
    // Without a ledger a worker's id tells the attempts at a job apart.
    let draw = unrest.ledger < 0 ? key ^ UInt64(getpid()) : key
    guard let (fault, due) = unrest.chaos.fault(key: draw), due == moment else { return }
    if unrest.ledger >= 0 {
      if LedgerEntry.all(in: unrest.ledger).contains(where: { $0.key == key }) { return }
      LedgerEntry(key: key, fault: fault).append(to: unrest.ledger)
    }
    commit(fault)
  }

  private static func commit(_ fault: Chaos.Fault) {
    switch fault {
    case .kill: kill(getpid(), SIGKILL)
    case .crash:
      // Whatever handler is there would only delay it.
      signal(SIGSEGV, SIG_DFL)
      raise(SIGSEGV)
    case .exit: exit(0)
    case .garbage:
      let bytes = [UInt8](repeating: 0xA5, count: 64)
      _ = write(replyDescriptor(), bytes, bytes.count)
      // Killed for it, it shouldn't go on meanwhile.
      while true { pause() }
    case .stall: while true { pause() }
    case .slow: usleep(50_000)
    }
  }

  /// The pipe that can be written to above the standard descriptors.
  private static func replyDescriptor() -> Int32 {
    for descriptor in Int32(3)..<256 {
      var status = stat()
      guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { continue }
      if fcntl(descriptor, F_GETFL) & O_ACCMODE == O_WRONLY { return descriptor }
    }
    return -1
  }
}
