import CPosix
import Glibc

/// What a worker runs in: a process or a thread. Its link knows no more of it.
protocol WorkerBody: AnyObject {
  /// Of the process that runs the jobs.
  var pid: Int32 { get }

  /// A descriptor that becomes readable when it has ended.
  var endDescriptor: Int32 { get }

  /// Ends it at once, as far as that's possible.
  func kill()

  /// How it ended, or nil while it runs.
  func reapIfEnded() -> Termination?

  /// Bytes of memory that it holds; nil if that can't be told for it alone.
  var residentBytes: Int? { get }

  /// Makes the kernel refuse it more memory than so many bytes.
  func limitMemory(to bytes: Int)
}

/// The descriptors that a worker's body is made with: the worker's ends. They stay the caller's.
struct WorkerEnds {
  var requests: Int32
  var replies: Int32
  var errors: Int32
  /// The progress page's memory.
  var page: Int32
}

/// A worker in a process of its own.
final class ProcessBody: WorkerBody {
  private let child: ChildProcess

  init(_ command: WorkerCommand, _ traits: WorkerTraits, ends: WorkerEnds) throws(SystemError) {
    child = try ChildProcess(
      executable: command.program, arguments: [command.executable] + command.arguments,
      environment: command.completeEnvironment(coordinator: getpid()),
      directory: command.directory,
      descriptors: .init(
        input: ends.requests, output: ends.replies, error: ends.errors, page: ends.page))
    traits.apply(to: child.pid)
  }

  var pid: Int32 { child.pid }
  var endDescriptor: Int32 { child.handle.number }
  func kill() { child.killGroup() }
  func reapIfEnded() -> Termination? { child.reapIfEnded() }
  var residentBytes: Int? { SystemMemory.resident(of: child.pid) }

  func limitMemory(to bytes: Int) {
    // A worker that has a lower limit already keeps that.
    _ = farm_limit_memory(child.pid, UInt64(bytes))
  }
}
