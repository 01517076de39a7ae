import CPosix

/// What this machine's kernel offers for a ``SandboxPolicy``.
public enum SandboxSupport {
  /// The version of Landlock, from 1; 0 if there's none. From 6 it also bars signals.
  public static var landlockVersion: Int { Int(farm_landlock_abi()) }

  /// Whether system calls can be filtered (seccomp).
  public static var hasSystemCallFilter: Bool { farm_has_call_filter() == 1 }
}
