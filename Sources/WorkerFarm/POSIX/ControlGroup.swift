import Glibc

/// Limits from the control group (version 2) that this process lives in.
enum ControlGroup {
  /// The smallest number that `parse` finds in the files of this name, on the way from the process's group to
  /// the root; nil if none has any.
  static func tightest(_ file: String, _ parse: (String) -> Int?) -> Int? {
    guard let membership = SmallFile.text("/proc/self/cgroup") else { return nil }
    for line in membership.split(separator: "\n") where line.hasPrefix("0::") {
      var path = String(line.dropFirst(3))
      var tightest: Int?
      while true {
        let file = "/sys/fs/cgroup\(path == "/" ? "" : path)/\(file)"
        if let limit = SmallFile.text(file).flatMap(parse) {
          tightest = min(tightest ?? .max, limit)
        }
        guard let slash = path.lastIndex(of: "/"), path.count > 1 else { return tightest }
        path = slash == path.startIndex ? "/" : String(path[..<slash])
      }
    }
    return nil
  }
}

/// Files in which the kernel tells something.
enum SmallFile {
  /// The first 4 KiB.
  static func text(_ path: String) -> String? {
    let number = open(path, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { return nil }
    let file = Descriptor(owning: number)
    return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
      guard case .bytes(let count)? = try? file.read(into: buffer) else { return nil }
      return String(decoding: buffer[..<count], as: UTF8.self)
    }
  }
}
