import CPosix
import Glibc

/// The worker's side of the pool.
public enum WorkerProcess {
  /// In a worker's environment: the process id of its coordinator.
  package static let requestVariable = "WORKER_FARM_COORDINATOR"

  /// Makes this process a worker if a pool started it as one; returns at once otherwise.
  ///
  /// Call it first in `main`, before the program reads input, prints, or starts threads:
  ///
  /// ```swift
  /// WorkerProcess.serveIfRequested(Square.self, Resize.self)
  /// ```
  ///
  /// - Parameter jobTypes: all job types that the program gives to its pools.
  public static func serveIfRequested(_ jobTypes: any Job.Type...) {
    guard getenv(requestVariable) != nil else { return }
    serve(jobTypes)
  }

  /// Speaks the wire format on standard input and output until the input ends, then exits.
  ///
  /// The two descriptors are moved out of the way first: whatever a job prints goes to standard error,
  /// and a job that reads standard input finds it empty.
  ///
  /// For a program that is nothing but a worker; others call ``serveIfRequested(_:)``. The exit status is 0 at the end of
  /// the input, and 1 if the input breaks the wire format or nobody reads the output.
  ///
  /// - Parameter jobTypes: all job types that it's asked to do; no two may have the same ``Job/jobName``.
  public static func serve(_ jobTypes: [any Job.Type]) -> Never {
    let coordinator = getenv(requestVariable).flatMap { Int32(String(cString: $0)) }
    // Not for the programs that a job may start, nor for a pool of its own.
    unsetenv(requestVariable)
    farm_disable_core_dumps()
    // The kernel calls it after the link by which it was started.
    if let name = CommandLine.arguments.first?.split(separator: "/").last {
      farm_name_thread(String(name))
    }
    if let coordinator { dieWithCoordinator(coordinator) }
    do {
      let requests = try Descriptor(owning: STDIN_FILENO).movedAway()
      let replies = try Descriptor(owning: STDOUT_FILENO).movedAway()
      try replaceStandardDescriptors()
      let page = coordinator == nil ? nil : takeProgressPage()
      var introduction = Introduction()
      if coordinator != nil {
        guard let heard = try Introduction(awaiting: requests) else { exit(0) }
        introduction = heard
      }
      var loop = ServeLoop(
        registry: JobRegistry(jobTypes), requests: SharedDescriptor(owning: requests.release()),
        replies: SharedDescriptor(owning: replies.release()), page: page,
        introduction: introduction)
      try loop.run()
      exit(0)
    } catch {
      complain("\(error)")
      exit(1)
    }
  }

  /// Half a second for the job that runs when the coordinator is killed: enough to put a finished file
  /// in its place, and within the second in which everybody has to be gone.
  private static let lastGrace: UInt32 = 500_000

  private static func dieWithCoordinator(_ coordinator: Int32) {
    farm_die_later_on(SIGTERM, lastGrace)
    farm_set_parent_death_signal(SIGTERM)
    // It may have died before the call: then the signal never comes.
    if getppid() != coordinator { exit(0) }
  }

  private static func replaceStandardDescriptors() throws(SystemError) {
    let null = Descriptor(
      owning: try retryingInterrupts("open") { open("/dev/null", O_RDWR | O_CLOEXEC) })
    let number = null.number
    if number == STDIN_FILENO {
      // Open's number is the lowest one free, so usually it's in place; without close-on-exec then.
      try retryingInterrupts("fcntl") { fcntl(STDIN_FILENO, F_SETFD, 0) }
      _ = null.release()
    } else {
      try retryingInterrupts("dup2") { dup2(number, STDIN_FILENO) }
    }
    try retryingInterrupts("dup2") { dup2(STDERR_FILENO, STDOUT_FILENO) }
    farm_line_buffer_stdout()
  }

  private static func takeProgressPage() -> ProgressPage? {
    let number = ProgressPage.workerDescriptor
    guard fcntl(number, F_GETFD) != -1 else { return nil }
    let memory = Descriptor(owning: number)
    return try? ProgressPage(mapping: memory.number)
  }

  private static func complain(_ text: String) {
    let line = "worker: \(text)\n"
    _ = line.utf8.withContiguousStorageIfAvailable { bytes in
      write(STDERR_FILENO, bytes.baseAddress, bytes.count)
    }
  }
}
