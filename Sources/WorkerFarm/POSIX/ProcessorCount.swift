import CPosix
import Glibc

/// How many processors this process may really use.
public enum ProcessorCount {
  /// The smaller of the processors in the affinity mask and the cgroup's CPU quota (rounded up), at
  /// least 1. This is what `auto` means.
  public static var available: Int { max(1, min(inAffinity, inQuota ?? .max)) }

  /// Processors in the affinity mask; those of the machine where there's no such thing.
  public static var inAffinity: Int {
    let affinity = Int(farm_affinity_count())
    return affinity > 0 ? affinity : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  /// The cgroup's CPU quota, rounded up; nil if there's none.
  public static var inQuota: Int? { ControlGroup.tightest("cpu.max", processors(inQuota:)) }

  /// Reads `cpu.max`: `QUOTA PERIOD` in microseconds, or `max PERIOD`.
  static func processors(inQuota text: String) -> Int? {
    let fields = text.split { $0 == " " || $0 == "\n" }
    guard fields.count == 2, let quota = Int(fields[0]), let period = Int(fields[1]),
      quota > 0, period > 0
    else { return nil }
    return max(1, quota / period + (quota % period == 0 ? 0 : 1))
  }
}
