import CPosix
import Glibc

/// A file descriptor with one owner, who closes it by dying.
package struct Descriptor: ~Copyable, Sendable {
  package let number: Int32

  package init(owning number: Int32) {
    precondition(number >= 0)
    self.number = number
  }

  deinit {
    // The result is of no use: on Linux the number is free again even after EINTR or EIO.
    _ = Glibc.close(number)
  }

  /// Gives the number away without closing it.
  consuming func release() -> Int32 {
    let number = number
    discard self
    return number
  }

  /// The same open file under a number of at least ten: out of the way of 0 to 3, which a child's
  /// file actions overwrite.
  consuming func movedAway() throws(SystemError) -> Descriptor {
    if number >= Self.lowestPrivate { return self }
    let copy = try retryingInterrupts("fcntl") {
      farm_duplicate_above(number, Self.lowestPrivate)
    }
    return Descriptor(owning: copy)
  }

  package func makeNonblocking() throws(SystemError) {
    try retryingInterrupts("fcntl") { farm_set_nonblocking(number) }
  }

  static let lowestPrivate: Int32 = 10
}

/// A descriptor in an optional or a collection, where a `~Copyable` value can't be used in place.
package final class SharedDescriptor: Sendable {
  package let descriptor: Descriptor

  package init(owning number: Int32) { descriptor = Descriptor(owning: number) }

  /// The same open file under a number of its own.
  init(duplicating number: Int32) throws(SystemError) {
    let copy = try retryingInterrupts("fcntl") {
      farm_duplicate_above(number, Descriptor.lowestPrivate)
    }
    descriptor = Descriptor(owning: copy)
  }
}

/// What one `read` or `write` on a descriptor that doesn't block came to.
package enum Transfer: Equatable {
  case bytes(Int)
  case wouldBlock
  /// The other end is closed: end of file when reading, a broken pipe when writing.
  case closed

  /// The failures that are in the nature of pipes.
  fileprivate init(failure error: SystemError) throws(SystemError) {
    switch error.code {
    case EAGAIN: self = .wouldBlock
    case EPIPE: self = .closed
    default: throw error
    }
  }
}

extension Descriptor {
  /// Reads what is there; blocks only if the descriptor does.
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Transfer {
    do {
      let count = try retryingInterrupts("read") {
        Glibc.read(number, buffer.baseAddress, buffer.count)
      }
      return count == 0 ? .closed : .bytes(count)
    } catch {
      return try Transfer(failure: error)
    }
  }

  /// Writes what fits. A pipe without a reader is an outcome, never a signal to this process.
  ///
  /// - Parameter second: is written behind the first, and may be empty.
  package func write(
    _ first: UnsafeRawBufferPointer,
    _ second: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0)
  ) throws(SystemError) -> Transfer {
    do {
      return .bytes(
        try retryingInterrupts("write") {
          farm_write_quietly(
            number, first.baseAddress, first.count, second.baseAddress, second.count)
        })
    } catch {
      return try Transfer(failure: error)
    }
  }

  /// Writes everything, however long it takes; for descriptors that block.
  func writeAll(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = try retryingInterrupts("write") {
        Glibc.write(number, rest.baseAddress, rest.count)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  /// As ``writeAll(_:)``, one part behind the other.
  func writeAll(
    _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer
  ) throws(SystemError) {
    var parts = [first, second].map {
      iovec(iov_base: UnsafeMutableRawPointer(mutating: $0.baseAddress), iov_len: $0.count)
    }
    while !parts.isEmpty {
      var count = try retryingInterrupts("writev") { writev(number, parts, Int32(parts.count)) }
      while let part = parts.first, count >= part.iov_len {
        count -= part.iov_len
        parts.removeFirst()
      }
      if !parts.isEmpty {
        parts[0].iov_base += count
        parts[0].iov_len -= count
      }
    }
  }
}
