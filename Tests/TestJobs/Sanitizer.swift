import Glibc

/// Whether this program was built with AddressSanitizer or ThreadSanitizer.
public enum Sanitizer {
  /// Both reserve terabytes of address space, so that no limit on a process's memory can hold.
  public static let reservesMemory = isThere("__asan_init") || isThere("__tsan_init")

  private static func isThere(_ function: String) -> Bool { dlsym(nil, function) != nil }
}
