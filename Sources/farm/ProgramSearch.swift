import Glibc
import Thumbnails

/// Finds programs as a shell does.
enum ProgramSearch {
  /// The file that a name stands for: itself if there's a slash in it, else the first along `PATH`.
  ///
  /// - Throws: ``UsageError`` if there's none that may be executed.
  static func find(_ name: BytePath) throws(UsageError) -> BytePath {
    if name.bytes.isEmpty { throw UsageError(description: "the program's name is empty") }
    if name.bytes.contains(UInt8(ascii: "/")) {
      if let code = problem(name) {
        throw UsageError(description: "\(name): \(String(cString: strerror(code)))")
      }
      return name
    }
    let path = getenv("PATH").map { pointer in
      Array(UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)))
    }
    let directories = path ?? Array("/usr/local/bin:/usr/bin:/bin".utf8)
    for directory in directories.split(
      separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    {
      let place = BytePath(directory.isEmpty ? [UInt8(ascii: ".")] : Array(directory))
      let candidate = place.appending(name.bytes)
      if problem(candidate) == nil { return candidate }
    }
    throw UsageError(description: "there's no program '\(name)' along PATH")
  }

  /// Why a file can't be executed, as an `errno` value.
  private static func problem(_ path: BytePath) -> Int32? {
    path.withCString { name in
      var status = stat()
      if stat(name, &status) != 0 { return errno }
      if status.st_mode & S_IFMT != S_IFREG { return EACCES }
      return access(name, X_OK) == 0 ? nil : errno
    }
  }
}
