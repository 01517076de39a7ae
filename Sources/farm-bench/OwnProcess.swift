import Glibc

/// Starts this program again.
///
/// - Parameters:
///   - words: its arguments.
///   - input: becomes its standard input.
///   - output: becomes its standard output.
/// - Returns: its process ID; the caller waits for it.
func ownProcess(_ words: [String], input: Int32, output: Int32) throws -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
  var arguments: [UnsafeMutablePointer<CChar>?] = (["farm-bench"] + words).map { strdup($0) }
  arguments.append(nil)
  defer { for argument in arguments { free(argument) } }
  var pid = pid_t()
  guard posix_spawn(&pid, "/proc/self/exe", &actions, nil, &arguments, environ) == 0 else {
    throw FileError("can't start a process")
  }
  return pid
}
