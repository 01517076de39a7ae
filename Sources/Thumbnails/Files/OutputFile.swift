import CPosix
import Glibc

/// Puts a whole file in its place, or nothing.
///
/// The file is written without a name and linked when it's complete, so that a process that is killed
/// leaves nothing behind. Where the file system has no nameless files, and where a file is replaced, a
/// temporary name in the same directory and `rename` serve.
package enum OutputFile {
  /// As ``write(_:to:modified:)``, modified now.
  package static func write(_ bytes: [UInt8], to path: BytePath) throws(FileFault) {
    try write(bytes, to: path, modified: FileTime.now.system)
  }

  /// - Parameter modified: becomes the file's modification time.
  static func write(
    _ bytes: [UInt8], to path: BytePath, modified: timespec
  ) throws(FileFault) {
    do throws(FileFault) {
      try writeNameless(bytes, to: path, modified)
    } catch let fault where fault.code == ENOENT {
      try makeDirectories(path.parent)
      try writeNameless(bytes, to: path, modified)
    }
  }

  private static func writeNameless(
    _ bytes: [UInt8], to path: BytePath, _ modified: timespec
  ) throws(FileFault) {
    let file: OpenFile
    do throws(FileFault) {
      file = try OpenFile(path.parent, farm_o_tmpfile | O_WRONLY, mode: 0o666)
    } catch let fault where [EOPNOTSUPP, EISDIR, EINVAL].contains(fault.code) {
      try writeNamed(bytes, to: path, modified)
      return
    }
    try fill(file, bytes, modified)
    // Before it gets a name: what isn't whole by then never has one.
    try file.checkWritten()
    let handle = BytePath("/proc/self/fd/\(file.number)")
    do throws(FileFault) {
      try link(handle, path)
    } catch let fault where fault.code == EEXIST {
      try replace(path, by: handle)
    }
  }

  /// Takes the place of a file that is there already.
  ///
  /// The temporary name is the picture's own, so that who is killed between the two calls leaves nothing
  /// that the next try doesn't clear away. Whoever finds the name taken, by the dead or by another farm on
  /// the same output, puts that file in its place: it's whole. So nobody waits, and a name that is gone
  /// has served.
  private static func replace(_ path: BytePath, by handle: BytePath) throws(FileFault) {
    let temporary = replacement(of: path)
    // Each round that isn't the last has put another's file in place.
    for _ in 0..<1000 {
      var isOurs = false
      do throws(FileFault) {
        try link(handle, temporary)
        isOurs = true
      } catch let fault where fault.code == EEXIST {}
      do throws(FileFault) {
        try rename(temporary, path)
      } catch let fault where fault.code == ENOENT && exists(path) {
      } catch {
        remove(temporary)
        throw error
      }
      if isOurs { return }
    }
    throw FileFault(operation: "rename", code: EBUSY)
  }

  /// Puts in its place what a process that was killed in the middle of replacing a file has left.
  static func finishReplacing(_ path: BytePath) {
    // The usual failure is that there's nothing.
    try? rename(replacement(of: path), path)
  }

  private static func replacement(of path: BytePath) -> BytePath {
    path.parent.appending(".farm-\(String(FNV1a.hash(path.name), radix: 16)).tmp")
  }

  private static func writeNamed(
    _ bytes: [UInt8], to path: BytePath, _ modified: timespec
  ) throws(FileFault) {
    let temporary = temporaryName(beside: path)
    let file = try OpenFile(temporary, O_WRONLY | O_CREAT | O_EXCL, mode: 0o666)
    do throws(FileFault) {
      try fill(file, bytes, modified)
      try file.closeChecked()
      try rename(temporary, path)
    } catch {
      remove(temporary)
      throw error
    }
  }

  private static func fill(
    _ file: borrowing OpenFile, _ bytes: [UInt8], _ modified: timespec
  ) throws(FileFault) {
    try file.writeAll(bytes)
    let number = file.number
    try retrying("utimens") {
      withUnsafePointer(to: (modified, modified)) { times in
        times.withMemoryRebound(to: timespec.self, capacity: 2) { futimens(number, $0) }
      }
    }
  }

  private static func link(_ handle: BytePath, _ path: BytePath) throws(FileFault) {
    try retrying("link") {
      handle.withCString { from in
        path.withCString { linkat(AT_FDCWD, from, AT_FDCWD, $0, AT_SYMLINK_FOLLOW) }
      }
    }
  }

  private static func rename(_ temporary: BytePath, _ path: BytePath) throws(FileFault) {
    try retrying("rename") {
      temporary.withCString { from in path.withCString { Glibc.rename(from, $0) } }
    }
  }

  private static func exists(_ path: BytePath) -> Bool {
    path.withCString { access($0, F_OK) } == 0
  }

  static func remove(_ path: BytePath) { _ = path.withCString { unlink($0) } }

  /// Unique among live processes of this machine by the process id, among machines by chance and by O_EXCL.
  private static func temporaryName(beside path: BytePath) -> BytePath {
    path.parent.appending(".farm-\(getpid())-\(UInt32.random(in: 0 ... .max)).tmp")
  }

  /// Makes a directory and those above it, as `mkdir -p` does; another process may do the same.
  static func makeDirectories(_ path: BytePath) throws(FileFault) {
    do throws(FileFault) {
      try makeDirectory(path)
    } catch let fault where fault.code == ENOENT {
      let parent = path.parent
      guard parent != path else { throw fault }
      try makeDirectories(parent)
      try makeDirectory(path)
    }
  }

  private static func makeDirectory(_ path: BytePath) throws(FileFault) {
    do throws(FileFault) {
      try retrying("mkdir") { path.withCString { mkdir($0, 0o777) } }
    } catch let fault where fault.code == EEXIST {
      var status = stat()
      let isDirectory =
        path.withCString { stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFDIR
      if !isDirectory { throw FileFault(operation: "mkdir", code: ENOTDIR) }
    }
  }
}
