import CPosix
import Glibc

/// A child of this process, known by its pidfd, which becomes readable when the child ends.
///
/// The end of a process is known from the process, not from end of file on a pipe: a grandchild may
/// hold the pipe open. Only this pid is ever waited for, so the host's other children are safe.
package struct ChildProcess: ~Copyable {
  package let pid: Int32
  package let handle: Descriptor

  /// Which descriptors the child gets; everything else is closed in it.
  package struct Descriptors {
    var input: Int32
    var output: Int32
    var error: Int32
    /// Becomes ``ProgressPage/workerDescriptor``.
    var page: Int32?

    package init(input: Int32, output: Int32, error: Int32, page: Int32? = nil) {
      self.input = input
      self.output = output
      self.error = error
      self.page = page
    }
  }

  /// Starts a program with default signal dispositions and an empty signal mask.
  ///
  /// - Parameters:
  ///   - arguments: `argv`, the program's name first.
  ///   - environment: the whole environment, `NAME=value` each, as bytes: it need not be UTF-8.
  ///   - directory: where it's started; nil for this process's own.
  ///   - descriptors: above ``ProgressPage/workerDescriptor``, as ``Pipe`` makes them, so that no
  ///     file action overwrites the source of a later one.
  ///   - leadsGroup: whether it gets a process group of its own; else it's in its parent's.
  package init(
    executable: String, arguments: [String], environment: [[UInt8]], directory: String? = nil,
    descriptors: Descriptors
  ) throws(SystemError) {
    try self.init(
      executable: Array(executable.utf8), arguments: arguments.map { Array($0.utf8) },
      environment: environment, directory: directory, descriptors: descriptors, leadsGroup: true)
  }

  /// As above, for words that need not be UTF-8.
  package init(
    executable: [UInt8], arguments: [[UInt8]], environment: [[UInt8]], directory: String? = nil,
    descriptors: Descriptors, leadsGroup: Bool
  ) throws(SystemError) {
    let actions = SpawnFileActions()
    try actions.duplicate(descriptors.input, as: 0)
    try actions.duplicate(descriptors.output, as: 1)
    try actions.duplicate(descriptors.error, as: 2)
    if let page = descriptors.page {
      try actions.duplicate(page, as: ProgressPage.workerDescriptor)
    }
    if let directory { try actions.changeDirectory(to: directory) }
    try actions.closeAll(from: descriptors.page == nil ? 3 : ProgressPage.workerDescriptor + 1)
    let attributes = try SpawnAttributes(leadsGroup: leadsGroup)

    var pid: pid_t = 0
    let code = withCStringArray([executable] + arguments) { words in
      withCStringArray(environment) { environment in
        actions.withPointer { actions in
          attributes.withPointer { attributes in
            words[0].map { posix_spawn(&pid, $0, actions, attributes, words + 1, environment) }
          }
        }
      }
    }
    guard let code else { preconditionFailure("a path of no bytes is a path") }
    guard code == 0 else { throw SystemError(call: "posix_spawn", code: code) }

    let number = farm_pidfd_open(pid)
    guard number >= 0 else {
      let code = errno
      // Without the handle its end would go unseen: better no child than an unwatched one.
      kill(pid, SIGKILL)
      while waitpid(pid, nil, 0) == -1 && errno == EINTR {}
      throw SystemError(call: "pidfd_open", code: code)
    }
    self.pid = pid
    handle = Descriptor(owning: number)
  }

  /// This process's own environment, for a child.
  package static func inheritedEnvironment() -> [[UInt8]] {
    var result: [[UInt8]] = []
    var cursor = environ
    while let entry = cursor.pointee {
      result.append(Array(UnsafeRawBufferPointer(start: entry, count: strlen(entry))))
      cursor += 1
    }
    return result
  }

  /// Kills the child's whole process group.
  package func killGroup() {
    // ESRCH before the child's own exec has made the group can't happen: posix_spawn returns after.
    if kill(-pid, SIGKILL) != 0 { kill(pid, SIGKILL) }
  }

  /// How it ended, or nil while it runs. Kills what is left of its group, then reaps it; in that
  /// order, because the group's number is reserved only until the child is reaped.
  package func reapIfEnded() -> Termination? {
    var result = farm_wait_result()
    guard farm_wait(pid, 0, &result) == 0 else { return .unknown }
    guard result.code != 0 else { return nil }
    kill(-pid, SIGKILL)
    _ = farm_wait(pid, 1, &result)
    return result.code == CLD_EXITED
      ? .exited(status: result.status) : .signalled(number: result.status)
  }
}

/// Owner of a `posix_spawn_file_actions_t`.
private final class SpawnFileActions {
  private var actions = posix_spawn_file_actions_t()

  init() { posix_spawn_file_actions_init(&actions) }
  deinit { posix_spawn_file_actions_destroy(&actions) }

  func duplicate(_ source: Int32, as target: Int32) throws(SystemError) {
    try check(posix_spawn_file_actions_adddup2(&actions, source, target))
  }

  func closeAll(from lowest: Int32) throws(SystemError) {
    try check(farm_spawn_close_from(&actions, lowest))
  }

  func changeDirectory(to path: String) throws(SystemError) {
    try check(farm_spawn_change_directory(&actions, path))
  }

  func withPointer<R>(_ body: (UnsafePointer<posix_spawn_file_actions_t>) -> R) -> R {
    withUnsafePointer(to: &actions, body)
  }

  private func check(_ code: Int32) throws(SystemError) {
    if code != 0 { throw SystemError(call: "posix_spawn_file_actions", code: code) }
  }
}

/// Owner of a `posix_spawnattr_t` with what every worker gets.
private final class SpawnAttributes {
  private var attributes = posix_spawnattr_t()

  init(leadsGroup: Bool) throws(SystemError) {
    posix_spawnattr_init(&attributes)
    var all = sigset_t()
    var none = sigset_t()
    sigfillset(&all)
    sigemptyset(&none)
    // SIG_IGN and blocked signals survive exec: a worker begins with neither.
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    let signals = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
    let flags = leadsGroup ? signals | POSIX_SPAWN_SETPGROUP : signals
    let code = posix_spawnattr_setflags(&attributes, Int16(flags))
    if code != 0 { throw SystemError(call: "posix_spawnattr_setflags", code: code) }
  }

  deinit { posix_spawnattr_destroy(&attributes) }

  func withPointer<R>(_ body: (UnsafePointer<posix_spawnattr_t>) -> R) -> R {
    withUnsafePointer(to: &attributes, body)
  }
}

/// Calls `body` with a null-terminated array of C strings, as `exec` wants it.
private func withCStringArray<R>(
  _ strings: [[UInt8]], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R
) -> R {
  var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { string in
    (string + [0]).withUnsafeBytes { bytes in
      bytes.baseAddress.flatMap { strdup($0.assumingMemoryBound(to: CChar.self)) }
    }
  }
  pointers.append(nil)
  defer { for pointer in pointers { free(pointer) } }
  return pointers.withUnsafeBufferPointer { buffer in
    guard let start = buffer.baseAddress else { preconditionFailure("an array with nil in it") }
    return body(start)
  }
}
