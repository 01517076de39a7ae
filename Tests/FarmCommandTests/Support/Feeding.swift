import CPosix
import Glibc
import Thumbnails

/// A pipe into a program's standard input, fed by the test when it likes.
final class Feed {
  let reader: Int32
  private var writer: Int32

  init() {
    var ends: [Int32] = [0, 0]
    precondition(farm_pipe2(&ends, O_CLOEXEC) == 0)
    (reader, writer) = (ends[0], ends[1])
  }

  deinit { end() }

  func say(_ text: String) {
    let bytes = Array(text.utf8)
    precondition(write(writer, bytes, bytes.count) == bytes.count)
  }

  /// Closes the pipe.
  func end() {
    guard writer >= 0 else { return }
    close(writer)
    close(reader)
    writer = -1
  }
}

/// A program's run with these bytes as its standard input.
func run(_ arguments: [BytePath], input: [UInt8]) -> Finished {
  let file = farm_memfd_create("input")
  defer { close(file) }
  precondition(write(file, input, input.count) == input.count && lseek(file, 0, SEEK_SET) == 0)
  return Command(arguments: arguments, input: file).run()
}

/// `farm map` over a text.
func map(_ arguments: BytePath..., input: String) -> Finished {
  run([farmPath, "map"] + arguments, input: Array(input.utf8))
}

/// The examples and other workers that the tests have, in their languages.
enum Workers {
  static let directory: BytePath = {
    let sources = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return BytePath("/\(sources)/Workers")
  }()

  /// nil without Python.
  static let python: String? = {
    ["/usr/bin/python3", "/usr/local/bin/python3"].first { access($0, X_OK) == 0 }
  }()

  /// A worker's command as one text; nil without Python.
  static func python(_ file: String) -> String? {
    python.map { "\($0) \(directory.appending(file))" }
  }

  /// The path of the example in C, compiled; nil without a compiler.
  static let squareInC: BytePath? = {
    let program = farmPath.parent.appending("square-worker-in-c")
    let source = directory.appending("square.c")
    let command = "cc -O1 -Wall -Wextra -Werror -o '\(program)' '\(source)'"
    return system(command) == 0 ? program : nil
  }()
}

/// A small file's bytes.
func contents(of path: BytePath) -> [UInt8] {
  let number = path.withCString { open($0, O_RDONLY | O_CLOEXEC) }
  defer { close(number) }
  var bytes = [UInt8](repeating: 0, count: 64 << 10)
  let count = read(number, &bytes, bytes.count)
  return Array(bytes.prefix(max(0, count)))
}
