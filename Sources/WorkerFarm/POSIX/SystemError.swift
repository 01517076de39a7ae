import Glibc

/// A system call that failed: which one, and why.
///
/// Mistakes of the program (`EBADF`, `EFAULT`, `EINVAL` on a descriptor it owns) are traps, never
/// errors. A call that a signal interrupts is made again, so `EINTR` is none either.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The call's name as in section 2 of the manual, for example `posix_spawn`.
  public let call: String

  /// The `errno` value.
  public let code: Int32

  /// What a failed call left.
  ///
  /// - Parameters:
  ///   - call: the call's name.
  ///   - code: an `errno` value.
  public init(call: String, code: Int32) {
    self.call = call
    self.code = code
  }

  public var description: String { "\(call): \(Self.message(for: code))" }

  /// The C library's text for an `errno` value, for example `No space left on device`.
  public static func message(for code: Int32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      guard let start = buffer.baseAddress else { return "error \(code)" }
      // The XSI variant that Glibc's module shows writes into the buffer and returns 0.
      return strerror_r(code, start, buffer.count) == 0
        ? String(cString: start) : "error \(code)"
    }
  }
}

/// Makes a call again for as long as a signal interrupts it; throws when it returns -1.
@discardableResult
func retryingInterrupts<Value: FixedWidthInteger & SignedInteger>(
  _ call: StaticString, _ body: () -> Value
) throws(SystemError) -> Value {
  while true {
    let value = body()
    if value != -1 { return value }
    let code = errno
    if code == EINTR { continue }
    precondition(code != EBADF && code != EFAULT, "\(call): a descriptor or pointer went astray")
    throw SystemError(call: "\(call)", code: code)
  }
}
