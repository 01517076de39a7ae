import Glibc
import Thumbnails

/// A file's lines, one after the other. The last one counts only if it's whole: who is killed leaves a piece.
struct LineReader: ~Copyable {
  /// A record has up to 64 thumbnails with two paths of 4,096 bytes each, and a byte takes six in JSON at worst.
  private static let longest = 4 << 20
  private static let pieceByteCount = 64 << 10

  private let path: BytePath
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var start = 0
  /// The latest line's number, from 1.
  private(set) var number = 0

  init(_ path: BytePath) throws(UsageError) {
    self.path = path
    let flags = O_RDONLY | O_NOCTTY | O_CLOEXEC
    descriptor = uninterrupted { path.withCString { open($0, flags) } }
    if descriptor < 0 { throw Self.unreadable(path) }
  }

  deinit { close(descriptor) }

  /// The next line without its newline; nil at the end.
  mutating func next() throws(UsageError) -> [UInt8]? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { start = end + 1 }
        number += 1
        return Array(buffer[start..<end])
      }
      buffer.removeFirst(start)
      start = 0
      searched = buffer.count
      guard searched <= Self.longest else {
        throw UsageError(
          description: "\(path), line \(number + 1): no record of farm thumbs --json is so long")
      }
      if try !fill() { return nil }
    }
  }

  /// False at the end of the file.
  private mutating func fill() throws(UsageError) -> Bool {
    var piece = [UInt8](repeating: 0, count: Self.pieceByteCount)
    let count = uninterrupted { read(descriptor, &piece, piece.count) }
    if count < 0 { throw Self.unreadable(path) }
    buffer.append(contentsOf: piece.prefix(count))
    return count > 0
  }

  private static func unreadable(_ path: BytePath) -> UsageError {
    UsageError(description: "\(path): \(String(cString: strerror(errno)))")
  }
}
