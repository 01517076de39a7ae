import Glibc
import WorkerFarm

/// Prints the SHA-256 of each file named on the command line, in that order, as sha256sum does.
@main
struct HashFiles {
  static func main() async {
    // A worker is this program, started again: it goes no further than this line.
    WorkerProcess.serveIfRequested(HashFile.self)
    let paths = CommandLine.arguments.dropFirst()
    guard !paths.isEmpty else {
      complain("usage: hashfiles FILE...")
      exit(2)
    }
    do {
      exit(try await hash(paths) ? 0 : 1)
    } catch {
      complain("\(error)")
      exit(3)
    }
  }

  /// False if a file failed; the others are done all the same.
  private static func hash(_ paths: some Sequence<String>) async throws -> Bool {
    try await withWorkerPool { pool in
      var allDone = true
      for try await outcome in pool.outcomes(of: paths.map { HashFile(path: $0) }) {
        switch outcome.result {
        case .success(let hash): print("\(hash)  \(outcome.input.path)")
        case .failure(let failure):
          complain("\(outcome.input.path): \(failure)")
          allDone = false
        }
      }
      return allDone
    }
  }

  private static func complain(_ text: String) {
    let line = Array("hashfiles: \(text)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
  }
}

/// One file's hash in hexadecimal.
struct HashFile: Job, Codable {
  var path: String

  func run() throws -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw Unreadable() }
    defer { close(file) }
    var hash = SHA256()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(file, &buffer, buffer.count)
      if count < 0 { throw Unreadable() }
      if count == 0 { return hash.finish() }
      hash.update(buffer[..<count])
    }
  }

  struct Unreadable: Error, CustomStringConvertible {
    var description = SystemError.message(for: errno)
  }
}
