import Glibc

/// How much memory this process may really use.
public enum SystemMemory {
  /// Bytes that can be had without swapping: the smaller of what the kernel estimates for the machine and of
  /// the control group's limit; nil if neither is known.
  public static var available: Int? {
    let machine = SmallFile.text("/proc/meminfo").flatMap(available(inTable:))
    let group = groupLimit
    guard machine != nil || group != nil else { return nil }
    return min(machine ?? .max, group ?? .max)
  }

  /// The control group's limit in bytes, used or not; nil if there's none.
  public static var groupLimit: Int? {
    ControlGroup.tightest("memory.max") { Int($0.prefix { $0 != "\n" }) }
  }

  /// Reads `/proc/meminfo`: `MemAvailable:   123456 kB` among its lines.
  static func available(inTable text: String) -> Int? {
    for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
      let fields = line.split(separator: " ")
      guard fields.count == 3, fields[2] == "kB", let kibibytes = Int(fields[1]) else { return nil }
      let (bytes, overflow) = kibibytes.multipliedReportingOverflow(by: 1024)
      return overflow || bytes < 0 ? nil : bytes
    }
    return nil
  }

  /// Bytes that a process holds in memory, those that it shares included; nil if there's no such process.
  static func resident(of pid: Int32) -> Int? {
    // `/proc/PID/statm`: sizes in pages, the whole address space first.
    guard let fields = SmallFile.text("/proc/\(pid)/statm")?.split(separator: " "),
      fields.count > 1, let pages = Int(fields[1])
    else { return nil }
    return pages * sysconf(Int32(_SC_PAGESIZE))
  }
}
