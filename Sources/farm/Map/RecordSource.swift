import Glibc

/// Cuts standard input into records.
struct RecordSource {
  private let descriptor: Int32
  private let format: RecordFormat
  /// Bytes of a record beyond which it's refused and skipped, so that an input without separators fills no memory.
  private let largest: Int
  private var buffer = [UInt8](repeating: 0, count: Self.chunk)
  /// The beginning of a record whose end hasn't come.
  private var rest: [UInt8] = []
  private var isTooLarge = false
  private var nextIndex = 0
  private var isOpen = true

  /// What is asked of `read` at once: a pipe's worth on most systems.
  private static let chunk = 64 << 10

  init(descriptor: Int32 = STDIN_FILENO, format: RecordFormat, largest: Int) {
    self.descriptor = descriptor
    self.format = format
    self.largest = largest
  }

  /// The records that are there, after waiting for one at least if need be; empty if what came has no end yet;
  /// nil after the last.
  mutating func next() throws(UnreadableInput) -> [Record]? {
    guard isOpen else { return nil }
    let count = try read()
    if count == 0 {
      isOpen = false
      // As with an editor's last line, the separator at the end is optional.
      return rest.isEmpty && !isTooLarge ? nil : [take()]
    }
    return split(count)
  }

  private mutating func read() throws(UnreadableInput) -> Int {
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count >= 0 { return count }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        poll(&entry, 1, -1)
      default: throw UnreadableInput(code: errno)
      }
    }
  }

  private mutating func split(_ count: Int) -> [Record] {
    var records: [Record] = []
    var start = 0
    let separator = Int32(format.separator)
    while start < count {
      let end = buffer.withUnsafeBytes { bytes -> Int? in
        guard let base = bytes.baseAddress,
          let found = memchr(base + start, separator, count - start)
        else { return nil }
        return UnsafeRawPointer(found) - base
      }
      append(buffer[start..<(end ?? count)])
      guard let end else { break }
      records.append(take())
      start = end + 1
    }
    return records
  }

  private mutating func append(_ bytes: ArraySlice<UInt8>) {
    if rest.count + bytes.count > largest {
      isTooLarge = true
    } else if !isTooLarge {
      rest.append(contentsOf: bytes)
    }
  }

  private mutating func take() -> Record {
    defer {
      rest.removeAll(keepingCapacity: rest.capacity <= Self.chunk)
      isTooLarge = false
      nextIndex += 1
    }
    return Record(index: nextIndex, bytes: Array(rest), problem: problem)
  }

  private var problem: String? {
    if isTooLarge { return "longer than \(largest) bytes" }
    guard format == .json else { return nil }
    return JSONSyntax.problem(in: rest).map { "not JSON: \($0)" }
  }
}

struct UnreadableInput: Error, CustomStringConvertible {
  let code: Int32
  var description: String { "can't read standard input: \(String(cString: strerror(code)))" }
}
