import CPosix
import Glibc
import Synchronization
import WorkerFarm

/// What can be ended early: more or less at once.
protocol Stoppable: Sendable {
  /// Begins nothing more.
  func stop()
  /// As ``stop()``, and kills what runs.
  func abort()
}

extension RunCanceller: Stoppable {}

/// ^C and its kin: the first one lets what is under way be finished, the second one kills.
///
/// A thread of its own waits for the signals, so that nothing runs in a signal handler. Make it before any
/// other thread: they inherit the blocked signals.
final class Interrupts: Sendable {
  private struct State {
    var canceller: (any Stoppable)?
    var first: Int32?
  }

  private let state = Mutex(State())
  private let status: StatusLine
  private let inputs: String?
  /// Not those that whoever started us wants ignored, as `nohup` does.
  private let watched: [Int32]

  /// How long SIGTERM and SIGHUP, behind which there's no person to press a key again, wait before killing.
  private static let patience: UInt32 = 5

  /// - Parameter inputs: what the run is over, in the plural; nil if nothing is finished when it's ended.
  init(status: StatusLine, inputs: String?) {
    self.status = status
    self.inputs = inputs
    watched = [SIGINT, SIGTERM, SIGHUP].filter { !Self.isIgnored($0) }
    var signals = signalSet()
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    if !startThread({ [self] in watch() }) {
      // Nobody would see them: better an end without a summary than none.
      pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }
  }

  /// The signal that ended the run, if one did.
  var received: Int32? { state.withLock { $0.first } }

  /// There's a run to be ended from now on; at once if a signal came before it.
  func cancel(with canceller: any Stoppable) {
    let isLate = state.withLock { state in
      state.canceller = canceller
      return state.first != nil
    }
    if isLate { canceller.stop() }
  }

  private func watch() {
    var signals = signalSet()
    while !watched.isEmpty {
      var number: Int32 = 0
      if sigwait(&signals, &number) == 0 { arrived(number) }
    }
  }

  private func arrived(_ number: Int32) {
    let (isFirst, canceller) = state.withLock { state in
      defer { state.first = state.first ?? number }
      return (state.first == nil, state.canceller)
    }
    if number == SIGINT { status.typedOver() }
    guard isFirst else {
      canceller?.abort()
      return
    }
    canceller?.stop()
    if number == SIGINT {
      guard let inputs else { return }
      status.print("finishing the \(inputs) under way; ^C again kills them")
    } else {
      startThread { [self] in
        sleep(Self.patience)
        state.withLock { $0.canceller }?.abort()
      }
    }
  }

  /// Ends this process as the signal would have, so that the shell sees it.
  static func die(by number: Int32) -> Never {
    signal(number, SIG_DFL)
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, number)
    raise(number)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    // Only if somebody ignores it on our behalf.
    exit(128 + number)
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    farm_signal_is_ignored(number) == 1
  }

  private func signalSet() -> sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in watched { sigaddset(&signals, number) }
    return signals
  }
}

/// Starts a thread that ends with the process; false if there's none to be had.
@discardableResult
func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
  final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  let box = Unmanaged.passRetained(Box(body))
  var thread = pthread_t()
  let code = pthread_create(
    &thread, nil,
    { argument in
      if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
      return nil
    }, box.toOpaque())
  guard code == 0 else {
    box.release()
    return false
  }
  pthread_detach(thread)
  return true
}
