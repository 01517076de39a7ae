import Glibc
import Synchronization

/// Writes what happens in a pool to a file that Perfetto and Chrome's tracing page show as a timeline.
///
/// ```swift
/// let trace = try ChromeTrace(path: "run.json")
/// var configuration = PoolConfiguration()
/// configuration.observers.append(trace)
/// ```
///
/// The file has the JSON array of the Trace Event Format: a row for each place of the pool, on it the
/// lives of its workers, their start-up, and the jobs, a block for each batch; a span for each call; counters of the jobs
/// and bytes that all calls hold; marks where a worker died or a job is tried again. Times are those of the
/// monotonic clock.
///
/// It's complete when the pool has ended. After a crash of the coordinator it lacks the last second and the
/// bracket at the end, without which the format's readers do. One trace is for one pool.
public final class ChromeTrace: PoolObserver {
  private let state: Mutex<State>

  /// Creates the file, or empties it.
  ///
  /// - Parameter path: its bytes, which need not be UTF-8.
  /// - Throws: why it can't be opened.
  public convenience init(path: [UInt8]) throws(SystemError) {
    let name = path.map { CChar(bitPattern: $0) } + [0]
    let descriptor = try retryingInterrupts("open") {
      open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    }
    self.init(Descriptor(owning: descriptor))
  }

  /// Creates the file, or empties it.
  ///
  /// - Parameter path: becomes UTF-8.
  /// - Throws: why it can't be opened.
  public convenience init(path: String) throws(SystemError) {
    try self.init(path: Array(path.utf8))
  }

  private init(_ descriptor: consuming Descriptor) {
    state = Mutex(State(file: TraceFile(owning: descriptor)))
  }

  /// Why the file isn't complete, if it couldn't be written.
  public var error: SystemError? { state.withLock { $0.error } }

  /// Writes the event down. The pool calls it.
  ///
  /// - Parameter event: the next one.
  public func observe(_ event: PoolEvent) { state.withLock { $0.note(event) } }

  private struct State: ~Copyable {
    /// nil when it's closed.
    private var file: TraceFile?
    private(set) var error: SystemError?
    private var picture = TracePicture()

    init(file: consuming TraceFile) { self.file = consume file }

    mutating func note(_ event: PoolEvent) {
      for object in picture.objects(for: event) {
        file?.append(object, now: event.at.nanoseconds)
      }
      if case .closed = event { file?.close() }
      error = file?.error
      if case .closed = event { file = nil }
    }
  }
}
