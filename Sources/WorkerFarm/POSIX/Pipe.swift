import CPosix
import Glibc

/// A pipe whose both ends are closed on exec and lie above the standard descriptors.
package struct Pipe: ~Copyable {
  package let reader: Descriptor
  package let writer: Descriptor

  /// - Parameter capacity: the kernel's buffer in bytes. A hint: an ordinary user past the system's
  ///   limit keeps the size that the kernel gave.
  package init(capacity: Int32? = nil) throws(SystemError) {
    var ends: [Int32] = [-1, -1]
    try retryingInterrupts("pipe2") { farm_pipe2(&ends, O_CLOEXEC) }
    let reader = Descriptor(owning: ends[0])
    let writer = Descriptor(owning: ends[1])
    // Both before either is stored: an initialiser may not throw half way through its fields.
    let movedReader = try reader.movedAway()
    let movedWriter = try writer.movedAway()
    self.reader = movedReader
    self.writer = movedWriter
    if let capacity { _ = farm_set_pipe_size(self.writer.number, capacity) }
  }

  package consuming func ends() -> (reader: Int32, writer: Int32) {
    (reader.release(), writer.release())
  }
}
