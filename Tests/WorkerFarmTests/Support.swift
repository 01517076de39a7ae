import Glibc
import TestJobs
import Testing

@testable import WorkerFarm

/// Programs that the tests start lie beside the program that runs the tests.
func productPath(_ name: String) -> String {
  let this = WorkerCommand.currentExecutable.executable
  let directory = this.split(separator: "/", omittingEmptySubsequences: false).dropLast()
  return (directory + [Substring(name)]).joined(separator: "/")
}

/// - Parameter tag: an argument by which ``processes(tagged:)`` finds the pool's workers.
func testConfiguration(workers: Int = 2, tag: String? = nil) -> PoolConfiguration {
  PoolConfiguration(
    workers: workers,
    command: WorkerCommand(
      executable: productPath("test-worker"), arguments: tag.map { [$0] } ?? []))
}

/// A word that is nowhere else on the machine.
func makeTag() -> String { "tag-\(getpid())-\(UInt64.random(in: 0 ... .max))" }

/// Processes that have this word among their arguments. Zombies have no arguments.
func processes(tagged tag: String) -> [Int32] {
  processes { fields in
    readFile("/proc/\(fields.pid)/cmdline")?.split(separator: "\0").contains { $0 == tag } ?? false
  }
}

/// This process's pipes, pidfds and memory files, which is what a pool has for its workers: not the timers that
/// Dispatch opens when it likes. Other suites don't run at the same time.
func openDescriptorCount() -> Int {
  (0..<1024).count { number in
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = bytes.withUnsafeMutableBytes { buffer in
      readlink(
        "/proc/self/fd/\(number)", buffer.baseAddress!.assumingMemoryBound(to: CChar.self),
        buffer.count)
    }
    let target = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    return ["pipe:", "anon_inode:[pidfd]", "pidfd:", "/memfd:"].contains(where: target.hasPrefix)
  }
}

/// Waits for the thread of a pool that was closed to let go of the last descriptor; a minute at most.
func descriptorsAreDown(to count: Int) async throws -> Bool {
  let end = ContinuousClock.now + .seconds(60)
  while openDescriptorCount() > count {
    if ContinuousClock.now > end { return false }
    try await Task.sleep(for: .milliseconds(5))
  }
  return true
}

/// Waits until a condition holds; the tests' time limit ends it if it never does.
func waitUntil(_ condition: () -> Bool) async throws {
  while !condition() { try await Task.sleep(for: .milliseconds(5)) }
}

/// Runs a body on a thread that may block.
func onThread<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
  try await withCheckedThrowingContinuation { continuation in
    do {
      try DedicatedThread.start(named: "test") { continuation.resume(with: Result(catching: body)) }
    } catch {
      continuation.resume(throwing: error)
    }
  }
}

struct ProcessFields {
  var pid: Int32
  var name: String
  var state: Character
  var parent: Int32
}

func processes(where matches: (ProcessFields) -> Bool) -> [Int32] {
  guard let directory = opendir("/proc") else { return [] }
  defer { closedir(directory) }
  var found: [Int32] = []
  while let entry = readdir(directory) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    guard let pid = Int32(name), let fields = processFields(pid) else { continue }
    if matches(fields) { found.append(pid) }
  }
  return found
}

/// From `/proc/PID/stat`: `pid (name) state parent …`.
func processFields(_ pid: Int32) -> ProcessFields? {
  guard let text = readFile("/proc/\(pid)/stat"),
    let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")")
  else { return nil }
  let rest = text[text.index(after: close)...].split(separator: " ")
  guard rest.count > 2, let state = rest[0].first, let parent = Int32(rest[1]) else { return nil }
  return ProcessFields(
    pid: pid, name: String(text[text.index(after: open)..<close]), state: state, parent: parent)
}

func readFile(_ path: String) -> String? {
  guard let file = fopen(path, "r") else { return nil }
  defer { fclose(file) }
  var bytes = [UInt8](repeating: 0, count: 65536)
  let count = fread(&bytes, 1, bytes.count, file)
  return String(decoding: bytes[..<count], as: UTF8.self)
}

/// A new directory that the caller removes.
func makeTemporaryDirectory() -> String {
  var template = Array("/tmp/worker-farm-test-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { fatalError("no temporary directory") }
  return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Removes a directory and the files in it.
func removeDirectory(_ path: String) {
  guard let directory = opendir(path) else { return }
  while let entry = readdir(directory) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    unlink("\(path)/\(name)")
  }
  closedir(directory)
  rmdir(path)
}
