import CPosix
import Glibc

/// A detached thread for work that blocks in system calls, so that none of Swift's cooperative
/// threads ever does.
///
/// All signals are blocked on it: the host's handlers run on the host's threads, and a write into a
/// closed pipe is an `EPIPE` here.
enum DedicatedThread {
  static func start(
    named name: String, _ body: @escaping @Sendable () -> Void
  ) throws(SystemError) {
    // The new thread inherits the mask of the one that makes it, so there's no moment without it.
    var all = sigset_t()
    var previous = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &previous)
    defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }

    let start = Unmanaged.passRetained(Start(name: name, body: body))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        farm_name_thread(start.name)
        start.body()
        return nil
      }, start.toOpaque())
    guard code == 0 else {
      start.release()
      throw SystemError(call: "pthread_create", code: code)
    }
    pthread_detach(thread)
  }

  private final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }
}
