import Glibc
import Synchronization
import WorkerFarm

/// Looks at a worker from outside: what the kernel lets it have, and what it writes on its standard error.
final class WorkerWatch: PoolObserver {
  private struct State {
    var pid: Int32?
    var limits: [KernelLimit] = []
    var lines: [String] = []
    var byteCount = 0
    var dropped = 0
  }

  private let state = Mutex(State())

  /// 64 KiB, as much as the pool keeps for a failure's last words.
  private static let mostBytes = 64 << 10

  var pid: Int32? { state.withLock { $0.pid } }
  var limits: [KernelLimit] { state.withLock { $0.limits } }
  /// The last lines, and how many came before them.
  var words: (lines: [String], dropped: Int) { state.withLock { ($0.lines, $0.dropped) } }

  /// Between the worker's hello, when its sandbox stands, and its job.
  func observe(_ event: PoolEvent) {
    guard case .workerReady(let worker, _, _) = event, let pid = worker.pid else { return }
    let limits = KernelLimit.inForce(in: pid)
    state.withLock {
      $0.pid = pid
      $0.limits = limits
    }
  }

  func append(_ line: WorkerLine) {
    let text = Console.escaped(line.text)
    state.withLock { state in
      state.lines.append(text)
      state.byteCount += text.utf8.count
      while state.byteCount > Self.mostBytes, state.lines.count > 1 {
        state.byteCount -= state.lines.removeFirst().utf8.count
        state.dropped += 1
      }
    }
  }
}

/// One of the kernel's limits on a process.
struct KernelLimit {
  var name: String
  /// `unlimited`, or a number.
  var value: String

  /// As the kernel calls them, as people do, and whether they're in bytes.
  private static let known: [(kernel: String, name: String, isBytes: Bool)] = [
    ("Max data size", "writable memory", true),
    ("Max address space", "address space", true),
    ("Max cpu time", "processor seconds", false),
    ("Max file size", "file size", true),
    ("Max open files", "descriptors", false),
    ("Max processes", "processes", false),
    ("Max core file size", "core file", true),
  ]

  /// Empty where there's no /proc, or no such process.
  static func inForce(in pid: Int32) -> [KernelLimit] {
    guard let file = fopen("/proc/\(pid)/limits", "re") else { return [] }
    defer { fclose(file) }
    // Some sixteen lines of eighty bytes.
    var bytes = [UInt8](repeating: 0, count: 8192)
    let count = fread(&bytes, 1, bytes.count, file)
    let lines = String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: "\n")
    return known.compactMap { kernel, name, isBytes in
      guard let line = lines.first(where: { $0.hasPrefix(kernel + " ") }),
        let soft = line.dropFirst(kernel.count).split(separator: " ").first
      else { return nil }
      guard let number = Int(soft) else { return KernelLimit(name: name, value: "unlimited") }
      return KernelLimit(name: name, value: isBytes ? ByteCount.text(number) : "\(number)")
    }
  }
}
