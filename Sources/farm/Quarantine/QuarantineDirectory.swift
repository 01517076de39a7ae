import Glibc
import Thumbnails

/// `.farm-quarantine` in an output directory: beside the thumbnails, which remember the pictures that went well.
///
/// Each entry is a file of its own, written whole or not at all, so several farms may use one directory. What is lost or
/// broken of it costs work and nothing else. It's never reached by a link: who may write to the output shall not lead the
/// coordinator elsewhere.
final class QuarantineDirectory {
  static let name = ".farm-quarantine"
  /// More than anybody has poison; an end to what is read from a directory that somebody fills.
  private static let mostEntries = 1 << 16

  let path: BytePath
  private let number: Int32

  /// - Parameter output: the directory that thumbnails go to.
  /// - Returns: nil if there's none, which is the usual case.
  /// - Throws: if there's one that can't be read.
  static func open(in output: BytePath) throws(FileFault) -> QuarantineDirectory? {
    do throws(FileFault) {
      return try QuarantineDirectory(opening: output.appending(name))
    } catch let fault where fault.code == ENOENT {
      return nil
    }
  }

  /// Makes it if it isn't there.
  static func make(in output: BytePath) throws(FileFault) -> QuarantineDirectory {
    let path = output.appending(name)
    let result = uninterrupted { path.withCString { mkdir($0, 0o777) } }
    if result != 0 && errno != EEXIST { throw FileFault(operation: "mkdir", code: errno) }
    return try QuarantineDirectory(opening: path)
  }

  private init(opening path: BytePath) throws(FileFault) {
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK
    let number = uninterrupted { path.withCString { Glibc.open($0, flags) } }
    guard number >= 0 else { throw FileFault(operation: "", code: errno) }
    self.number = number
    self.path = path
  }

  deinit { close(number) }

  /// All entries that are whole.
  func entries() throws(FileFault) -> [ContentDigest: QuarantineEntry] {
    // A stream of its own: it closes what it was given, and begins where the other stopped.
    let copy = uninterrupted { openat(number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard copy >= 0, let stream = fdopendir(copy) else {
      let code = errno
      if copy >= 0 { close(copy) }
      throw FileFault(operation: "", code: code)
    }
    defer { closedir(stream) }
    var entries: [ContentDigest: QuarantineEntry] = [:]
    while entries.count < Self.mostEntries, let found = readdir(stream) {
      let name = withUnsafeBytes(of: &found.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let digest = ContentDigest(hexadecimal: name), let bytes = read(name) else { continue }
      entries[digest] = QuarantineEntry(json: bytes, for: digest)
    }
    return entries
  }

  /// A regular file's bytes, if they aren't too many.
  private func read(_ name: String) -> [UInt8]? {
    let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
    let file = uninterrupted { openat(number, name, flags) }
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_size <= QuarantineEntry.largestFile
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var done = 0
    while done < bytes.count {
      let count = uninterrupted {
        bytes.withUnsafeMutableBytes {
          Glibc.read(file, $0.baseAddress?.advanced(by: done), $0.count - done)
        }
      }
      guard count > 0 else { return nil }
      done += count
    }
    return bytes
  }

  /// Puts an entry in its place, whole.
  func write(_ entry: QuarantineEntry) throws(FileFault) {
    guard let line = try? entry.jsonLine() else { preconditionFailure("entries are plain values") }
    // By the descriptor: what stands under the directory's name may be another by now.
    let place = BytePath("/proc/self/fd/\(number)/\(entry.sha256)")
    try OutputFile.write(Array(line.utf8), to: place)
  }

  /// Takes an entry away; the last one takes the directory with it.
  func remove(_ digest: ContentDigest) {
    _ = unlinkat(number, "\(digest)", 0)
    _ = path.withCString { rmdir($0) }
  }
}
