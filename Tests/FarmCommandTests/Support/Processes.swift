import Glibc

/// A look at /proc.
enum Processes {
  /// Zombies count as gone.
  static func children(of parent: pid_t) -> [pid_t] {
    all().filter { fields(of: $0).map { $0.parent == parent && $0.state != "Z" } ?? false }
  }

  static func isAlive(_ pid: pid_t) -> Bool {
    fields(of: pid).map { $0.state != "Z" && $0.state != "X" } ?? false
  }

  /// Resident bytes, of which those that several processes share count in parts.
  static func proportionalMemory(of pid: pid_t) -> Int? {
    guard let text = text("/proc/\(pid)/smaps_rollup") else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix("Pss:") {
      return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
    }
    return nil
  }

  fileprivate static func all() -> [pid_t] {
    guard let directory = opendir("/proc") else { return [] }
    defer { closedir(directory) }
    var found: [pid_t] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let pid = pid_t(name) { found.append(pid) }
    }
    return found
  }

  /// From `/proc/PID/stat`: `pid (name) state parent …`.
  private static func fields(of pid: pid_t) -> (state: Character, parent: pid_t)? {
    guard let text = text("/proc/\(pid)/stat") else { return nil }
    guard let end = text.lastIndex(of: ")") else { return nil }
    let rest = text[text.index(after: end)...].split(separator: " ")
    guard rest.count > 1, let state = rest[0].first, let parent = pid_t(rest[1]) else { return nil }
    return (state, parent)
  }

  /// The first 4 KiB of a file whose size the kernel doesn't tell.
  fileprivate static func text(_ path: String) -> String? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}

extension Processes {
  static func isNamed(_ name: String, _ pid: pid_t) -> Bool {
    text("/proc/\(pid)/comm") == name + "\n"
  }

  /// Those that live and have this word among their arguments.
  static func withArgument(_ word: String) -> [pid_t] {
    all().filter { pid in
      isAlive(pid)
        && (text("/proc/\(pid)/cmdline")?.split(separator: "\0").contains { $0 == word } ?? false)
    }
  }
}
