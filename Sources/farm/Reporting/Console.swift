import ArgumentParser
import CPosix
import Glibc

/// The process's standard output and error, written whole or known to be broken.
enum Console {
  /// Writes everything; false if it can't.
  @discardableResult
  static func write(_ text: String, to descriptor: Int32) -> Bool {
    errorWriting(text, to: descriptor) == 0
  }

  /// Writes everything; the `errno` value if it can't, else 0.
  static func errorWriting(_ text: String, to descriptor: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { errorWriting(UnsafeRawBufferPointer($0), to: descriptor) }
  }

  /// As above, for bytes that need not be text.
  static func errorWriting(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
    var done = 0
    while done < bytes.count {
      let count = uninterrupted {
        Glibc.write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
      }
      if count < 0 && errno == EAGAIN {
        // Somebody gave us a terminal that doesn't block.
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&entry, 1, -1)
        continue
      }
      if count < 0 { return errno }
      done += count
    }
    return 0
  }

  /// Prints all that a command has to say; whoever doesn't want it ends the program as any command's readers do.
  static func printOrEnd(_ text: String) throws(ExitCode) {
    let code = errorWriting(text, to: STDOUT_FILENO)
    if code == 0 { return }
    if code == EPIPE { Interrupts.die(by: SIGPIPE) }
    write("farm: \(Reporter.cannotWrite(code))\n", to: STDERR_FILENO)
    throw ExitCode(3)
  }

  /// A descriptor that the caller closed would be given to the next file opened, and what is meant for a
  /// person would end up there. In its place goes one that refuses what it's for, as a closed one does.
  static func occupyStandardDescriptors() {
    for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) == -1 {
      // The lowest free number is this one.
      _ = uninterrupted { open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY) }
    }
  }

  /// Whether it's a terminal on which a line can be written over.
  static func canRedraw(_ descriptor: Int32) -> Bool {
    let isDumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? true
    return isatty(descriptor) == 1 && !isDumb
  }

  /// Columns of the terminal; 80 if it doesn't say.
  static func width(_ descriptor: Int32) -> Int {
    let columns = Int(farm_terminal_columns(descriptor))
    return columns > 0 ? columns : 80
  }

  /// A file's name in a message mustn't command the terminal; everything else is ours.
  static func escaped(_ text: String, keepingLines: Bool = false) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if isControl(scalar) && !(keepingLines && scalar == "\n") {
        result += "\\x" + String(scalar.value, radix: 16, uppercase: true)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control
  }
}

func ignoreSignal(_ number: Int32) { signal(number, SIG_IGN) }

/// Makes a call again for as long as a signal interrupts it.
func uninterrupted<Value: SignedInteger>(_ body: () -> Value) -> Value {
  while true {
    let value = body()
    if value != -1 || errno != EINTR { return value }
  }
}
