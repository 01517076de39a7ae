import Glibc

/// A picture's file as it was when it was opened.
struct SourceFile: ~Copyable {
  private let file: OpenFile
  let byteCount: Int
  let modified: timespec
  /// When the system saw the file or its inode change last: nobody can set that back.
  let changed: FileTime

  /// Larger files aren't read: 200 megapixels of 16-bit RGBA stored without any compression.
  static let maxByteCount = 1_600_000_000

  /// Opens without ever waiting: a FIFO without a writer would hold up a plain `open` for ever.
  ///
  /// - Parameter followsLink: whether the path itself may be a symbolic link.
  init(_ path: BytePath, followsLink: Bool = true) throws(SourceFault) {
    let file: OpenFile
    do throws(SourceFault) {
      file = try OpenFile.forReading(path, followsLink ? 0 : O_NOFOLLOW)
    } catch {
      // A socket can't be opened at all.
      throw Self.isSocket(path) ? .notRegular(Self.name(of: S_IFSOCK)) : error
    }
    let status = try file.statusOrFault()
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG else { throw .notRegular(Self.name(of: kind)) }
    let size = Int(status.st_size)
    guard size <= Self.maxByteCount else { throw .tooLarge(size) }
    self.file = file
    byteCount = size
    modified = status.st_mtim
    changed = FileTime(status.st_ctim)
  }

  /// The first bytes, enough to tell what the file is.
  func head(_ count: Int = 64) throws(FileFault) -> [UInt8] {
    try file.read(at: 0, upTo: count)
  }

  /// Reads the whole file by `read`, never by mapping it: a mapped file that somebody truncates kills the
  /// reader. If it shrinks meanwhile the result is shorter, and the decoder will say what is missing.
  func contents() throws(FileFault) -> [UInt8] { try file.read(at: 0, upTo: byteCount) }

  /// The digest of what ``contents()`` would read, in the memory of a piece.
  func digest() throws(FileFault) -> ContentDigest {
    var hasher = ContentDigest.Hasher()
    var done = 0
    while done < byteCount {
      let piece = try file.read(at: done, upTo: min(Self.pieceByteCount, byteCount - done))
      if piece.isEmpty { break }
      hasher.update(piece)
      done += piece.count
    }
    return hasher.finish()
  }

  /// Large beside a system call's cost, small beside a worker.
  private static let pieceByteCount = 1 << 20

  /// Whether it's still what it was when it was opened.
  func isUnchanged() throws(FileFault) -> Bool {
    let status = try file.status()
    return Int(status.st_size) == byteCount && FileTime(status.st_ctim) == changed
  }

  private static func isSocket(_ path: BytePath) -> Bool {
    var status = stat()
    return path.withCString { stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFSOCK
  }

  private static func name(of kind: mode_t) -> String {
    switch kind {
    case S_IFIFO: "a FIFO"
    case S_IFSOCK: "a socket"
    case S_IFDIR: "a directory"
    case S_IFCHR, S_IFBLK: "a device"
    default: "a special file"
    }
  }
}

extension OpenFile {
  fileprivate static func forReading(
    _ path: BytePath, _ flags: Int32
  ) throws(SourceFault) -> OpenFile {
    do throws(FileFault) {
      return try OpenFile(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | flags)
    } catch {
      throw .file(error)
    }
  }

  fileprivate func statusOrFault() throws(SourceFault) -> stat {
    do throws(FileFault) { return try status() } catch { throw .file(error) }
  }
}

/// Why a source's bytes can't be had.
enum SourceFault: Error, CustomStringConvertible {
  case file(FileFault)
  case notRegular(String)
  case tooLarge(Int, most: Int = SourceFile.maxByteCount)

  var description: String {
    switch self {
    case .file(let fault): fault.description
    case .notRegular(let kind): "not a regular file but \(kind)"
    case .tooLarge(let bytes, let most): "too large: \(bytes) bytes, more than \(most)"
    }
  }
}
