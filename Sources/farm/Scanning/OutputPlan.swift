import Glibc
import Thumbnails

/// Which thumbnail goes where: decided, and checked, before any work.
struct OutputPlan {
  /// One path of the command line.
  struct Root {
    var path: BytePath
    var isDirectory: Bool
    /// The directory that its thumbnails go into; below it the tree is mirrored.
    var output: BytePath
  }

  private(set) var roots: [Root] = []

  /// Where thumbnails go if no directory was named for them.
  static let defaultName = "thumbs"

  /// - Throws: ``UsageError`` for a path that isn't there, and for two that would write the same files.
  init(paths: [BytePath], output: BytePath?) throws {
    for path in paths + (output.map { [$0] } ?? []) where path.bytes.isEmpty {
      throw UsageError(description: "a path is empty; the current directory is called .")
    }
    for path in paths {
      let status = try Self.status(of: path)
      let isDirectory = status.st_mode & S_IFMT == S_IFDIR
      roots.append(
        Root(
          path: path, isDirectory: isDirectory,
          output: Self.outputDirectory(
            of: path, isDirectory: isDirectory, below: output, isOnly: paths.count == 1)))
    }
    if output != nil { try refuseClashes() }
    try refuseMixing()
  }

  /// Thumbnails among the pictures would be taken for pictures the next time.
  private func refuseMixing() throws {
    for root in roots where root.isDirectory {
      var status = stat()
      guard root.output.withCString({ stat($0, &status) }) == 0 else { continue }
      if FileIdentity(status) == FileIdentity(try Self.status(of: root.path)) {
        throw UsageError(
          description: "--output \(root.output) is the directory of the pictures itself:"
            + " name another one, for example one inside it")
      }
    }
  }

  /// One directory's tree begins right in the output directory, several have their names there.
  private static func outputDirectory(
    of path: BytePath, isDirectory: Bool, below output: BytePath?, isOnly: Bool
  ) -> BytePath {
    guard let output else {
      return (isDirectory ? path : path.parent).appending(defaultName)
    }
    return isDirectory && !isOnly ? output.appending(realName(of: path)) : output
  }

  /// The last component of the path without `.`, `..` and links: the name a person would call it by.
  private static func realName(of path: BytePath) -> ArraySlice<UInt8> {
    let resolved = path.withCString { realpath($0, nil) }
    defer { free(resolved) }
    guard let resolved else { return path.name }
    return BytePath(String(cString: resolved).utf8).name
  }

  private func refuseClashes() throws {
    var seen: [BytePath: BytePath] = [:]
    for root in roots {
      let target = root.isDirectory ? root.output : root.output.appending(root.path.name)
      if let other = seen.updateValue(root.path, forKey: target) {
        throw UsageError(
          description: "\(other) and \(root.path) would both be written to \(target):"
            + " give them in separate runs, or leave --output out")
      }
    }
  }

  private static func status(of path: BytePath) throws -> stat {
    var status = stat()
    guard path.withCString({ stat($0, &status) }) == 0 else {
      throw UsageError(description: "\(path): \(String(cString: strerror(errno)))")
    }
    return status
  }
}

/// The output directories of a run: made before the first worker starts, so that a place which can't be
/// written to is found at once.
final class OutputDirectories {
  private var made: [BytePath] = []
  /// Device and inode of each, for the walk to leave out.
  private(set) var identities: Set<FileIdentity> = []

  /// - Parameter isDryRun: makes and checks nothing.
  init(_ plan: OutputPlan, isDryRun: Bool) throws {
    for output in Set(plan.roots.map(\.output)) {
      if isDryRun {
        var status = stat()
        if output.withCString({ stat($0, &status) }) == 0 {
          identities.insert(FileIdentity(status))
        }
      } else {
        try prepare(output)
      }
    }
  }

  private func prepare(_ path: BytePath) throws {
    try make(path)
    let number = uninterrupted { path.withCString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) } }
    var status = stat()
    guard number >= 0, fstat(number, &status) == 0 else { throw unusable(path) }
    defer { close(number) }
    guard path.withCString({ access($0, W_OK | X_OK) }) == 0 else { throw unusable(path) }
    identities.insert(FileIdentity(status))
  }

  private func make(_ path: BytePath) throws {
    let mkdir = { uninterrupted { path.withCString { Glibc.mkdir($0, 0o777) } } }
    if mkdir() == 0 {
      made.append(path)
    } else if errno == ENOENT, path.parent != path {
      try make(path.parent)
      guard mkdir() == 0 else { throw unusable(path) }
      made.append(path)
    } else if errno != EEXIST {
      throw unusable(path)
    }
  }

  private func unusable(_ path: BytePath) -> UsageError {
    UsageError(
      description: "can't write thumbnails to \(path): \(String(cString: strerror(errno)));"
        + " choose another place with --output")
  }

  /// Takes back directories that were made for nothing.
  func removeIfEmpty() {
    for path in made.reversed() { _ = path.withCString { rmdir($0) } }
  }
}

struct FileIdentity: Hashable {
  let device: dev_t
  let inode: ino_t

  init(_ status: stat) {
    device = status.st_dev
    inode = status.st_ino
  }
}
