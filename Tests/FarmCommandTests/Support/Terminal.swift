import Glibc
import Testing
import Thumbnails

/// A pseudo-terminal, the standard error of a program whose own it is: ^C typed there reaches the program.
final class Terminal {
  private let master: Int32
  private let running: RunningCommand
  private var bytes: [UInt8] = []

  /// nil if there are no pseudo-terminals.
  init?(_ arguments: [BytePath], environment: [String: String] = [:]) {
    var (master, slave): (Int32, Int32) = (-1, -1)
    var name = [CChar](repeating: 0, count: 100)
    guard openpty(&master, &slave, &name, nil, nil) == 0 else { return nil }
    // Not for the other programs that tests start at the same time: the end would never come.
    for end in [master, slave] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
    var command = Command(arguments: arguments)
    command.environment = ["TERM": "xterm", "NO_COLOR": nil]
    command.environment.merge(environment.mapValues { $0 }) { $1 }
    command.errors = slave
    command.terminal = BytePath(name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)))
    running = command.start()
    close(slave)
    self.master = master
  }

  deinit { close(master) }

  /// All that was shown so far.
  var text: String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    // EIO when the last one has closed the terminal, EAGAIN before.
    while case let count = read(master, &buffer, buffer.count), count > 0 {
      bytes += buffer.prefix(count)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What can be seen at the end, line by line.
  var lines: [String] { text.split(separator: "\r\n").map(Self.shown) }

  var command: RunningCommand { running }

  /// What ^C is to the terminal's driver.
  func typeInterrupt() {
    let interrupt: [UInt8] = [3]
    #expect(write(master, interrupt, 1) == 1)
  }

  /// Reads on until the program ends: it would wait for a terminal that shows nothing.
  func wait() -> Finished {
    #expect(
      eventually {
        _ = text
        return running.hasEnded
      })
    return running.wait()
  }

  /// What is to be seen of a line after its carriage returns and erasures.
  static func shown(_ line: Substring) -> String {
    var shown: [Character] = []
    var column = 0
    var rest = line[...]
    while let character = rest.popFirst() {
      if character == "\r" {
        column = 0
      } else if character == "\u{1B}" {
        // Only "erase to the end of the line" is used.
        rest = rest.dropFirst(2)
        if column < shown.count { shown.removeLast(shown.count - column) }
      } else {
        if column < shown.count { shown[column] = character } else { shown.append(character) }
        column += 1
      }
    }
    return String(shown)
  }
}
