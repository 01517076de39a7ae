import Glibc

/// A file that can't be read or written, and why.
public struct FileFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was tried, for example `write`.
  public let operation: String
  /// The `errno` value.
  public let code: Int32

  package init(operation: String, code: Int32) {
    self.operation = operation
    self.code = code
  }

  public var description: String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      guard let start = buffer.baseAddress, strerror_r(code, start, buffer.count) == 0 else {
        return "\(operation): error \(code)"
      }
      let reason = String(cString: start)
      return operation.isEmpty ? reason : "\(operation): \(reason)"
    }
  }

  /// Nothing more can be written there: a full device or a spent quota.
  var isFullDevice: Bool { code == ENOSPC || code == EDQUOT }
}

/// A file descriptor that its only owner closes by dying.
struct OpenFile: ~Copyable {
  let number: Int32

  /// Opens, however often a signal interrupts it.
  init(_ path: BytePath, _ flags: Int32, mode: mode_t = 0) throws(FileFault) {
    number = try retrying("") { path.withCString { open($0, flags | O_CLOEXEC, mode) } }
  }

  deinit { close(number) }

  /// Closes now and says whether that lost anything, as it can on a network file system.
  consuming func closeChecked() throws(FileFault) {
    let number = number
    discard self
    // EINTR: on Linux it's closed all the same.
    if close(number) != 0 && errno != EINTR { throw FileFault(operation: "close", code: errno) }
  }

  /// Says what ``closeChecked()`` would say, and keeps the file open: the system hands on what was written
  /// each time that one of a file's descriptors is closed.
  func checkWritten() throws(FileFault) {
    let copy = try retrying("dup") { fcntl(number, F_DUPFD_CLOEXEC, 0) }
    if close(copy) != 0 && errno != EINTR { throw FileFault(operation: "close", code: errno) }
  }

  /// Up to `count` bytes from an offset; fewer only at the end of the file.
  func read(at offset: Int, upTo count: Int) throws(FileFault) -> [UInt8] {
    var fault: FileFault?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(FileFault) {
        while filled < count {
          let length = try retrying("read") {
            pread(
              number, buffer.baseAddress?.advanced(by: filled), count - filled,
              off_t(offset + filled))
          }
          if length == 0 { break }
          filled += length
        }
      } catch {
        fault = error
      }
    }
    if let fault { throw fault }
    return bytes
  }

  func writeAll(_ bytes: [UInt8]) throws(FileFault) {
    var done = 0
    while done < bytes.count {
      done += try retrying("write") {
        bytes.withUnsafeBytes {
          Glibc.write(number, $0.baseAddress?.advanced(by: done), $0.count - done)
        }
      }
    }
  }

  func status() throws(FileFault) -> stat {
    var status = stat()
    try retrying("stat") { fstat(number, &status) }
    return status
  }
}

/// Makes a call again for as long as a signal interrupts it; throws when it returns -1.
@discardableResult
func retrying<Value: SignedInteger>(
  _ operation: String, _ body: () -> Value
) throws(FileFault) -> Value {
  while true {
    let value = body()
    if value != -1 { return value }
    if errno != EINTR { throw FileFault(operation: operation, code: errno) }
  }
}
