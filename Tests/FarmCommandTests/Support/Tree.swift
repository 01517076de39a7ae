import Glibc
import Thumbnails

/// A directory of a test's own, removed with what is in it when the test ends.
final class Tree {
  let path: BytePath

  init() {
    var template = Array("/tmp/farm-command-XXXXXX".utf8CString)
    precondition(mkdtemp(&template) != nil, "no temporary directory")
    path = BytePath(template.dropLast().map(UInt8.init(bitPattern:)))
    // For the tests that run as another user.
    chmod(path, 0o755)
  }

  deinit { Self.remove(path) }

  subscript(_ name: BytePath) -> BytePath { path.appending(name.bytes) }

  func chmod(_ path: BytePath, _ mode: mode_t) { _ = path.withCString { Glibc.chmod($0, mode) } }

  @discardableResult
  func directory(_ name: BytePath) -> BytePath {
    var above = path
    for part in name.bytes.split(separator: UInt8(ascii: "/")) {
      above = above.appending(part)
      precondition(
        above.withCString { mkdir($0, 0o777) } == 0 || errno == EEXIST, "no directory \(above)")
    }
    return above
  }

  /// Writes a file, in a directory that is made if need be.
  @discardableResult
  func write(_ name: BytePath, _ bytes: [UInt8]) -> BytePath {
    if name.bytes.contains(UInt8(ascii: "/")) { directory(name.parent) }
    let path = self[name]
    let number = path.withCString { open($0, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644) }
    precondition(number >= 0, "can't write \(path): \(errno)")
    defer { close(number) }
    precondition(Glibc.write(number, bytes, bytes.count) == bytes.count)
    return path
  }

  /// One more name for a file, or a file of its own where it has as many as it may.
  func hardLink(_ name: BytePath, _ other: BytePath) {
    let result = self[name].withCString { from in self[other].withCString { Glibc.link(from, $0) } }
    if result != 0 { write(other, bytes(name)) }
  }

  func rename(_ name: BytePath, to other: BytePath) {
    let result = self[name].withCString { from in self[other].withCString { Glibc.rename(from, $0) }
    }
    precondition(result == 0)
  }

  /// With everything that is in it.
  func remove(_ name: BytePath) { Self.remove(self[name]) }

  func link(_ name: BytePath, to target: BytePath) {
    let result = target.withCString { target in self[name].withCString { symlink(target, $0) } }
    precondition(result == 0)
  }

  /// All that is no directory below a directory, by relative path, in the order of bytes.
  func files(in name: BytePath = "") -> [BytePath] {
    Self.files(name.bytes.isEmpty ? path : self[name])
  }

  func names(in name: BytePath = "") -> [String] {
    files(in: name).map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  func exists(_ name: BytePath) -> Bool { self[name].withCString { access($0, F_OK) } == 0 }

  func bytes(_ name: BytePath) -> [UInt8] { readBytes(self[name]) }

  static func files(_ path: BytePath) -> [BytePath] {
    var found: [BytePath] = []
    for name in entries(path) {
      let entry = path.appending(name)
      if isDirectory(entry) {
        found += files(entry).map { BytePath(name + [UInt8(ascii: "/")] + $0.bytes) }
      } else {
        found.append(BytePath(name))
      }
    }
    return found.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }

  private static func remove(_ path: BytePath) {
    if isDirectory(path) {
      _ = path.withCString { Glibc.chmod($0, 0o700) }
      for name in entries(path) { remove(path.appending(name)) }
      _ = path.withCString { rmdir($0) }
    } else {
      _ = path.withCString { unlink($0) }
    }
  }

  private static func entries(_ path: BytePath) -> [[UInt8]] {
    guard let directory = path.withCString({ opendir($0) }) else { return [] }
    defer { closedir(directory) }
    var names: [[UInt8]] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name != Array(".".utf8) && name != Array("..".utf8) { names.append(name) }
    }
    return names
  }

  private static func isDirectory(_ path: BytePath) -> Bool {
    var status = stat()
    return path.withCString { lstat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}

func readBytes(_ path: BytePath) -> [UInt8] {
  guard let file = path.withCString({ fopen($0, "re") }) else { return [] }
  defer { fclose(file) }
  var status = stat()
  fstat(fileno(file), &status)
  var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
  let count = fread(&bytes, 1, bytes.count, file)
  return Array(bytes.prefix(count))
}

/// Tells whether a file has been written since.
struct Stamp: Hashable {
  var inode: ino_t
  var seconds: Int
  var nanoseconds: Int
  var size: Int
  /// When the inode changed last, which nobody can set back.
  var changed: [Int]

  init(_ path: BytePath) {
    var status = stat()
    _ = path.withCString { lstat($0, &status) }
    inode = status.st_ino
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
    size = Int(status.st_size)
    changed = [status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
  }
}

extension Tree {
  /// The stamps of all files below a directory.
  func stamps(in name: BytePath) -> [BytePath: Stamp] {
    let top = self[name]
    return Dictionary(
      uniqueKeysWithValues: files(in: name).map { ($0, Stamp(top.appending($0.bytes))) })
  }

  /// The contents of all files below a directory.
  func contents(of name: BytePath) -> [BytePath: [UInt8]] {
    let top = self[name]
    return Dictionary(
      uniqueKeysWithValues: files(in: name).map { ($0, readBytes(top.appending($0.bytes))) })
  }

  /// The entries of an output's quarantine, by relative path.
  func quarantine(of output: BytePath) -> [BytePath] {
    files(in: output.appending(".farm-quarantine"))
  }

  /// As ``contents(of:)``, without what the quarantine keeps.
  func thumbnails(in name: BytePath) -> [BytePath: [UInt8]] {
    contents(of: name).filter { !$0.key.bytes.starts(with: ".farm-quarantine/".utf8) }
  }
}
