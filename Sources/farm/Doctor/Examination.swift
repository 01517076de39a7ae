import CPosix
import Glibc
import Thumbnails
import WorkerFarm

/// Looks at what the farm needs, and at what limits it.
enum Examination {
  static func findings() -> [Finding] {
    [processors(), memory(), descriptors(), pipes(), limits(), pidfd(), landlock(), filter()]
      + codecs() + TrialRun().findings()
  }

  private static func processors() -> Finding {
    let quota = ProcessorCount.inQuota.map { "the control group's quota gives \($0)" }
    return Finding(
      name: "processors", value: "\(ProcessorCount.available)",
      detail: "\(ProcessorCount.available): \(ProcessorCount.inAffinity) by affinity, "
        + (quota ?? "no quota of a control group"))
  }

  private static func memory() -> Finding {
    let group = SystemMemory.groupLimit.map { "the control group's limit is \(ByteCount.text($0))" }
    guard let available = SystemMemory.available else {
      return Finding(name: "memory", isWell: false, detail: "unknown: no /proc; give --memory")
    }
    return Finding(
      name: "memory", value: "\(available)",
      detail: "\(ByteCount.text(available)) free, \(group ?? "no limit of a control group")")
  }

  /// What a worker's pipes, pidfd and page take of the coordinator's descriptors; and those of its own.
  private static let descriptorsPerWorker = 4
  private static let ownDescriptors = 24

  private static func descriptors() -> Finding {
    let soft = limit(RLIMIT_NOFILE)
    let workers = (min(soft, 1 << 20) - ownDescriptors) / descriptorsPerWorker
    return Finding(
      name: "descriptors", isWell: workers >= ProcessorCount.available, value: text(soft),
      detail: "\(text(soft)): enough for \(max(0, workers)) workers")
  }

  private static func pipes() -> Finding {
    guard let pages = number(in: "/proc/sys/fs/pipe-user-pages-soft") else {
      return Finding(name: "pipes", detail: "no limit known")
    }
    // Two of 256 KiB each worker; past the limit an ordinary user's pipes are small, and slower.
    let workers = pages * Int(getpagesize()) / (2 * 256 << 10)
    let detail = "\(pages) pages a user: enough for \(workers) workers at full speed"
    return Finding(
      name: "pipes", value: "\(pages)", detail: pages == 0 ? "no limit to their size" : detail)
  }

  private static func number(in path: String) -> Int? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 32)
    guard fgets(&line, Int32(line.count), file) != nil else { return nil }
    let digits = line.map(UInt8.init(bitPattern:)).prefix { $0 > UInt8(ascii: " ") }
    return Int(String(decoding: digits, as: UTF8.self))
  }

  private static func limits() -> Finding {
    let all: [(String, __rlimit_resource)] = [
      ("address space", RLIMIT_AS), ("data", RLIMIT_DATA), ("processor seconds", RLIMIT_CPU),
      ("file size", RLIMIT_FSIZE), ("processes", __RLIMIT_NPROC),
    ]
    let set = all.filter { limit($0.1) != .max }.map { "\($0.0) \(limit($0.1))" }
    return Finding(
      name: "limits", detail: set.isEmpty ? "none beside these" : set.joined(separator: ", "))
  }

  private static func pidfd() -> Finding {
    let number = farm_pidfd_open(getpid())
    guard number >= 0 else {
      return Finding(
        name: "pidfd", isWell: false,
        detail: "\(String(cString: strerror(errno))): no worker can be started; needs Linux 5.3")
    }
    close(number)
    return Finding(name: "pidfd", detail: "here")
  }

  private static func landlock() -> Finding {
    let version = SandboxSupport.landlockVersion
    guard version > 0 else {
      return Finding(
        name: "landlock", isWell: false, value: "0",
        detail: "not in this kernel (5.13 has it), or turned off; --isolate does without")
    }
    return Finding(
      name: "landlock", value: "\(version)",
      detail: "version \(version)" + (version < 6 ? ", from 6 it also bars signals" : ""))
  }

  private static func filter() -> Finding {
    let isThere = SandboxSupport.hasSystemCallFilter
    return Finding(
      name: "seccomp", isWell: isThere,
      detail: isThere ? "here" : "not in this kernel, or not for this processor")
  }

  private static func codecs() -> [Finding] {
    CodecVersions.all.map { Finding(name: $0.name, value: $0.version, detail: $0.version) }
  }

  private static func limit(_ resource: __rlimit_resource) -> Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 else { return .max }
    return Int(clamping: limit.rlim_cur)
  }

  private static func text(_ limit: Int) -> String { limit == .max ? "no limit" : "\(limit)" }
}
