import CPosix
import Glibc

/// How many processors this process may really use.
public enum ProcessorCount {
  /// The smaller of the processors in the affinity mask and the cgroup's CPU quota (rounded up), at
  /// least 1. This is what `auto` means.
  public static var available: Int {
    let affinity = Int(farm_affinity_count())
    let allowed = affinity > 0 ? affinity : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    return max(1, min(allowed, cgroupQuota ?? .max))
  }

  /// The tightest quota on the way from this process's cgroup (version 2) to the root.
  private static var cgroupQuota: Int? {
    guard let membership = contents(of: "/proc/self/cgroup") else { return nil }
    for line in membership.split(separator: "\n") where line.hasPrefix("0::") {
      var path = String(line.dropFirst(3))
      var tightest: Int?
      while true {
        let file = "/sys/fs/cgroup\(path == "/" ? "" : path)/cpu.max"
        if let quota = contents(of: file).flatMap(processors(inQuota:)) {
          tightest = min(tightest ?? .max, quota)
        }
        guard let slash = path.lastIndex(of: "/"), path.count > 1 else { return tightest }
        path = slash == path.startIndex ? "/" : String(path[..<slash])
      }
    }
    return nil
  }

  /// Reads `cpu.max`: `QUOTA PERIOD` in microseconds, or `max PERIOD`.
  static func processors(inQuota text: String) -> Int? {
    let fields = text.split { $0 == " " || $0 == "\n" }
    guard fields.count == 2, let quota = Int(fields[0]), let period = Int(fields[1]),
      quota > 0, period > 0
    else { return nil }
    return max(1, quota / period + (quota % period == 0 ? 0 : 1))
  }

  /// The first 4 KiB of a small text file.
  private static func contents(of path: String) -> String? {
    let number = open(path, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { return nil }
    let file = Descriptor(owning: number)
    return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
      guard case .bytes(let count)? = try? file.read(into: buffer) else { return nil }
      return String(decoding: buffer[..<count], as: UTF8.self)
    }
  }
}
