import Glibc
import Thumbnails

/// A directory of this process's own; who makes it removes it.
struct TemporaryDirectory {
  let path: BytePath

  /// - Parameter purpose: stands in its name.
  /// - Throws: ``UsageError`` if there can be none.
  init(for purpose: String) throws(UsageError) {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/farm-\(purpose)-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      let reason = String(cString: strerror(errno))
      throw UsageError(
        description: "no temporary directory in \(BytePath(parent)): \(reason); set TMPDIR")
    }
    path = BytePath(template.dropLast().map(UInt8.init(bitPattern:)))
  }

  /// With all files in it.
  func remove() {
    // A worker that writes in it makes no directories.
    if let stream = path.withCString({ opendir($0) }) {
      while let entry = readdir(stream) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
        _ = path.appending(name).withCString { unlink($0) }
      }
      closedir(stream)
    }
    _ = path.withCString { rmdir($0) }
  }
}
