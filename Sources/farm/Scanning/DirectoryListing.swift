import Glibc
import Thumbnails

/// A directory's entries in the order of their bytes.
///
/// Names lie one behind the other in one array: a directory of a million pictures takes some 30 MB.
struct DirectoryListing {
  enum Kind: UInt8 {
    case regular, directory, link, special
  }

  private var names: [UInt8] = []
  private var entries: [Entry] = []

  private struct Entry {
    var start: UInt32
    var length: UInt16
    var kind: Kind
  }

  var count: Int { entries.count }

  func name(_ index: Int) -> ArraySlice<UInt8> {
    let entry = entries[index]
    return names[Int(entry.start)..<Int(entry.start) + Int(entry.length)]
  }

  func kind(_ index: Int) -> Kind { entries[index].kind }

  /// - Parameter followsLink: for a path that a person named. What the walk came upon was a directory a moment
  ///   ago; if it's a link by now, somebody wants to lead the walk elsewhere.
  /// - Returns: nil if the directory is one of those to leave out.
  static func read(
    _ path: BytePath, followsLink: Bool, excluding excluded: Set<FileIdentity>
  ) throws(ScanFault) -> DirectoryListing? {
    let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK | (followsLink ? 0 : O_NOFOLLOW)
    let number = uninterrupted { path.withCString { open($0, flags) } }
    guard number >= 0 else { throw ScanFault(errno) }
    var status = stat()
    guard fstat(number, &status) == 0, let directory = fdopendir(number) else {
      let code = errno
      close(number)
      throw ScanFault(code)
    }
    defer { closedir(directory) }
    if excluded.contains(FileIdentity(status)) { return nil }
    var listing = DirectoryListing()
    try listing.readEntries(of: directory)
    listing.sort()
    return listing
  }

  private mutating func readEntries(of directory: OpaquePointer) throws(ScanFault) {
    while true {
      errno = 0
      guard let entry = readdir(directory) else {
        if errno != 0 { throw ScanFault(errno) }
        return
      }
      let start = names.count
      withUnsafeBytes(of: &entry.pointee.d_name) { names.append(contentsOf: $0.prefix { $0 != 0 }) }
      let name = names[start...]
      if name.elementsEqual(".".utf8) || name.elementsEqual("..".utf8) {
        names.removeLast(name.count)
        continue
      }
      guard names.count <= Int(UInt32.max) else { throw ScanFault(EOVERFLOW) }
      entries.append(
        Entry(
          start: UInt32(start), length: UInt16(clamping: names.count - start),
          kind: Self.kind(of: entry, in: directory)))
    }
  }

  private static func kind(
    of entry: UnsafeMutablePointer<dirent>, in directory: OpaquePointer
  ) -> Kind {
    switch Int(entry.pointee.d_type) {
    case Int(DT_REG): return .regular
    case Int(DT_DIR): return .directory
    case Int(DT_LNK): return .link
    case Int(DT_UNKNOWN):
      // Some file systems don't say.
      var status = stat()
      let found = withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: 256) {
          fstatat(dirfd(directory), $0, &status, AT_SYMLINK_NOFOLLOW)
        }
      }
      guard found == 0 else { return .regular }
      switch status.st_mode & S_IFMT {
      case S_IFREG: return .regular
      case S_IFDIR: return .directory
      case S_IFLNK: return .link
      default: return .special
      }
    default: return .special
    }
  }

  private mutating func sort() {
    names.withUnsafeBytes { names in
      entries.sort { left, right in
        guard let base = names.baseAddress else { return false }
        let shorter = min(left.length, right.length)
        let order = memcmp(base + Int(left.start), base + Int(right.start), Int(shorter))
        return order == 0 ? left.length < right.length : order < 0
      }
    }
  }
}

/// A directory that can't be read.
struct ScanFault: Error, CustomStringConvertible {
  let code: Int32
  init(_ code: Int32) { self.code = code }
  var description: String { String(cString: strerror(code)) }
}
