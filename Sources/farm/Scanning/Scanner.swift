import Glibc
import Thumbnails

/// Walks the paths of the command line and hands out one picture after the other, without ever holding
/// more than the directories on the way to it.
///
/// A file is a picture if its name says so, or else its first bytes. Other files, also FIFOs, sockets and devices
/// with a picture's name, and links are skipped and counted. Directories that hold thumbnails of this run are left
/// out.
struct Scanner: Sequence, IteratorProtocol {
  /// What was passed over.
  struct Skipped {
    var otherFiles = 0
    var links = 0
    var total: Int { otherFiles + links }
  }

  private struct Level {
    var listing: DirectoryListing
    var next = 0
    var path: BytePath
    var output: BytePath
  }

  private let plan: OutputPlan
  private let excluded: Set<FileIdentity>
  private let names: OutputName
  private let makeJob: (_ source: BytePath, _ stem: BytePath) -> ThumbnailJob
  private var nextRoot = 0
  private var levels: [Level] = []
  let skipped = SkipCounter()
  /// Asked at each entry; ends the walk.
  var isCancelled: () -> Bool = { false }

  init(
    plan: OutputPlan, excluding excluded: Set<FileIdentity>, names: OutputName,
    makeJob: @escaping (_ source: BytePath, _ stem: BytePath) -> ThumbnailJob
  ) {
    self.plan = plan
    self.excluded = excluded
    self.names = names
    self.makeJob = makeJob
  }

  mutating func next() -> ScannedPicture? {
    while !isCancelled() {
      if levels.isEmpty {
        guard nextRoot < plan.roots.count else { return nil }
        let root = plan.roots[nextRoot]
        nextRoot += 1
        if let found = enterRoot(root) { return found }
      } else if let found = advance() {
        return found
      }
    }
    return nil
  }

  private mutating func enterRoot(_ root: OutputPlan.Root) -> ScannedPicture? {
    if root.isDirectory { return enter(root.path, output: root.output, followsLink: true) }
    return .picture(makeJob(root.path, names.stem(of: root.path.name, in: root.output)))
  }

  private mutating func enter(
    _ path: BytePath, output: BytePath, followsLink: Bool = false
  ) -> ScannedPicture? {
    do throws(ScanFault) {
      let listing = try DirectoryListing.read(
        path, followsLink: followsLink, excluding: excluded)
      if let listing {
        levels.append(Level(listing: listing, path: path, output: output))
      }
      return nil
    } catch {
      return .unreadable(path, "\(error)")
    }
  }

  /// One entry further in the deepest directory.
  private mutating func advance() -> ScannedPicture? {
    let depth = levels.count - 1
    let index = levels[depth].next
    guard index < levels[depth].listing.count else {
      levels.removeLast()
      return nil
    }
    levels[depth].next += 1
    let name = levels[depth].listing.name(index)
    let path = levels[depth].path.appending(name)
    switch levels[depth].listing.kind(index) {
    case .directory:
      // Of another run's output among the pictures.
      if name.elementsEqual(QuarantineDirectory.name.utf8) { return nil }
      return enter(path, output: levels[depth].output.appending(name))
    case .link:
      skipped.update { $0.links += 1 }
      return nil
    case .special:
      skipped.update { $0.otherFiles += 1 }
      return nil
    case .regular:
      guard PictureName.isPicture(name) || PictureName.beginsAsPicture(path) else {
        skipped.update { $0.otherFiles += 1 }
        return nil
      }
      return .picture(makeJob(path, names.stem(of: name, in: levels[depth].output)))
    }
  }
}

/// The counts outlive the copies of the scanner that iterate.
final class SkipCounter {
  private(set) var value = Scanner.Skipped()
  func update(_ change: (inout Scanner.Skipped) -> Void) { change(&value) }
}

/// What a file's name and first bytes tell the walk. What the file is, its worker decides.
enum PictureName {
  private static let extensions: Set<String> = [
    "jpg", "jpeg", "jpe", "jfif", "png", "apng", "gif", "webp", "tif", "tiff", "bmp", "heic",
    "heif", "avif", "jxl", "jp2",
  ]

  static func isPicture(_ name: ArraySlice<UInt8>) -> Bool {
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")), name.endIndex - dot <= 5
    else { return false }
    return extensions.contains(String(decoding: name[(dot + 1)...], as: UTF8.self).lowercased())
  }

  /// Whether a regular file without a picture's name begins as a JPEG, PNG or WebP all the same.
  static func beginsAsPicture(_ path: BytePath) -> Bool {
    let flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
    let number = uninterrupted { path.withCString { open($0, flags) } }
    guard number >= 0 else { return false }
    defer { close(number) }
    var head = [UInt8](repeating: 0, count: 16)
    let count = uninterrupted { read(number, &head, head.count) }
    guard count > 0 else { return false }
    switch PictureFormat.sniff(head.prefix(count)) {
    case .jpeg, .png, .webp: return true
    default: return false
    }
  }
}

/// A thumbnail is called as its picture, with its variant's suffix and its own extension appended: so no two
/// pictures of a directory can have the same thumbnail.
struct OutputName {
  /// What is left of a name's limit on Linux file systems for the picture's own.
  private let longest: Int

  /// - Parameter isOneOfSeveral: whether there will be a suffix. Its room is the same for all, so that a
  ///   thumbnail's name doesn't depend on what others are made with it.
  init(isOneOfSeveral: Bool) {
    longest = 255 - 5 - (isOneOfSeveral ? ThumbnailVariant.longestSuffix : 0)
  }

  func stem(of name: ArraySlice<UInt8>, in directory: BytePath) -> BytePath {
    guard name.count > longest else { return directory.appending(name) }
    // Cut, and kept apart from others that are cut by a hash of the whole name.
    let hash = String(FNV1a.hash(name), radix: 16)
    return directory.appending(Array(name.prefix(longest - 17)) + Array("~\(hash)".utf8))
  }
}
