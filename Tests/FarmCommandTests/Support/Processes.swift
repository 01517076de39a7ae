import Glibc

/// A look at /proc.
enum Processes {
  /// Zombies count as gone.
  static func children(of parent: pid_t) -> [pid_t] {
    all().filter { fields(of: $0).map { $0.parent == parent && $0.state != "Z" } ?? false }
  }

  /// Those of a session that live: everything that its leader started, and what those started.
  static func inSession(_ session: pid_t) -> [pid_t] {
    all().filter { pid in
      fields(of: pid).map { $0.session == session && $0.state != "Z" && $0.state != "X" } ?? false
    }
  }

  /// How many descriptors a process has open; nil if it's gone or another user's.
  static func descriptorCount(of pid: pid_t) -> Int? {
    guard let directory = opendir("/proc/\(pid)/fd") else { return nil }
    defer { closedir(directory) }
    var count = 0
    while readdir(directory) != nil { count += 1 }
    return count - 2
  }

  /// The most memory in bytes that a process ever had resident.
  static func peakMemory(of pid: pid_t) -> Int? {
    kilobytes("VmHWM:", in: "/proc/\(pid)/status")
  }

  static func isAlive(_ pid: pid_t) -> Bool {
    fields(of: pid).map { $0.state != "Z" && $0.state != "X" } ?? false
  }

  /// Resident bytes, of which those that several processes share count in parts.
  static func proportionalMemory(of pid: pid_t) -> Int? {
    kilobytes("Pss:", in: "/proc/\(pid)/smaps_rollup")
  }

  private static func kilobytes(_ key: String, in path: String) -> Int? {
    guard let text = text(path) else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix(key) {
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

  private struct Fields {
    var state: Character
    var parent: pid_t
    var session: pid_t
  }

  /// From `/proc/PID/stat`: `pid (name) state parent group session …`.
  private static func fields(of pid: pid_t) -> Fields? {
    guard let text = text("/proc/\(pid)/stat") else { return nil }
    guard let end = text.lastIndex(of: ")") else { return nil }
    let rest = text[text.index(after: end)...].split(separator: " ")
    guard rest.count > 3, let state = rest[0].first, let parent = pid_t(rest[1]),
      let session = pid_t(rest[3])
    else { return nil }
    return Fields(state: state, parent: parent, session: session)
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
