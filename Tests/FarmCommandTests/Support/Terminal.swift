import Glibc
import Thumbnails

/// A pseudo-terminal with a program on it.
enum Terminal {
  /// Runs a program whose standard error is a terminal.
  ///
  /// - Returns: how it ended and all that the terminal showed; nil if there are no pseudo-terminals.
  static func run(
    _ arguments: [BytePath], environment: [String: String]
  ) -> (run: Finished, text: String)? {
    var (master, slave): (Int32, Int32) = (-1, -1)
    guard openpty(&master, &slave, nil, nil, nil) == 0 else { return nil }
    defer { close(master) }
    // Not for the other programs that tests start at the same time: the end would never come.
    for end in [master, slave] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var command = Command(arguments: arguments)
    command.environment = ["TERM": "xterm", "NO_COLOR": nil]
    command.environment.merge(environment.mapValues { $0 }) { $1 }
    command.errors = slave
    let running = command.start()
    close(slave)
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    // EIO when the last one has closed the terminal.
    while case let count = read(master, &buffer, buffer.count), count > 0 {
      text += buffer.prefix(count)
    }
    return (running.wait(), String(decoding: text, as: UTF8.self))
  }
}
