import Glibc

/// AddressSanitizer or ThreadSanitizer, if this program was built with one.
public enum Sanitizer {
  /// Both reserve terabytes of address space, so that no limit on a process's memory can hold, and make short jobs
  /// several times longer.
  public static let isOn = isThere("__asan_init") || isThere("__tsan_init")

  /// What it was told by its environment, `NAME=value` each, for programs that get an environment of their own.
  public static var options: [String] {
    ["ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"].compactMap { (name: String) in
      getenv(name).map { "\(name)=\(String(cString: $0))" }
    }
  }

  private static func isThere(_ function: String) -> Bool { dlsym(nil, function) != nil }
}
