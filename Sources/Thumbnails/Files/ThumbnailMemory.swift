import CPosix
import Glibc

/// Tells whether a thumbnail is up to date, from the thumbnail alone.
///
/// What it was made from and how stands in the file itself: the settings, the tool's version and the
/// source's size in its ``ThumbnailTag``, the source's modification time as its own. So there's no
/// database to lose or to disagree with the files; a thumbnail whose memory is lost, cut or edited is
/// made again.
struct ThumbnailMemory {
  /// The path of the thumbnail without its last extension.
  let stem: BytePath
  let tag: ThumbnailTag
  /// Those that the thumbnail must know.
  let placeholders: Set<Placeholder>
  let modified: timespec

  /// A thumbnail that is there and still right.
  struct Current {
    var format: EncodedFormat
    var byteCount: Int
    var placeholders: PlaceholderValues
  }

  func current(among formats: [EncodedFormat]) -> Current? {
    for format in formats {
      if let current = current(format) { return current }
    }
    return nil
  }

  /// Removes a thumbnail of ours under another extension: it shows the source as it was before.
  static func removeStale(_ stem: BytePath, except kept: EncodedFormat) {
    for format in EncodedFormat.allCases where format != kept {
      let path = path(stem, format)
      guard let file = try? OpenFile(path, O_RDONLY | O_NONBLOCK),
        let head = try? file.read(at: 0, upTo: ThumbnailTag.headLength),
        let tag = ThumbnailTag.read(fromHead: head),
        tag.text.hasPrefix(ThumbnailOptions.memoryPrefix)
      else { continue }
      OutputFile.remove(path)
    }
  }

  static func path(_ stem: BytePath, _ format: EncodedFormat) -> BytePath {
    BytePath(stem.bytes + Array(".\(format.fileExtension)".utf8))
  }

  private func current(_ format: EncodedFormat) -> Current? {
    guard let file = try? OpenFile(Self.path(stem, format), O_RDONLY | O_NONBLOCK),
      let status = try? file.status(), status.st_mode & S_IFMT == S_IFREG,
      status.st_mtim.tv_sec == modified.tv_sec, status.st_mtim.tv_nsec == modified.tv_nsec,
      let head = try? file.read(at: 0, upTo: ThumbnailTag.headLength),
      let known = ThumbnailTag.read(fromHead: head)?.placeholders(
        after: tag, asked: placeholders)
    else { return nil }
    // A file that a crash of the machine cut short has the right beginning but not the right end.
    let size = Int(status.st_size)
    guard let ending = format.ending else {
      let isWhole = RIFFChunks.fileLength(fromHead: head) == size
      return isWhole ? Current(format: format, byteCount: size, placeholders: known) : nil
    }
    guard size >= ending.count,
      (try? file.read(at: size - ending.count, upTo: ending.count)) == ending
    else { return nil }
    return Current(format: format, byteCount: size, placeholders: known)
  }
}

extension EncodedFormat {
  /// The bytes that every whole file ends with; `nil` where the beginning tells the length.
  fileprivate var ending: [UInt8]? {
    switch self {
    case .jpeg: [0xFF, 0xD9]
    // The IEND chunk with its checksum.
    case .png: [0, 0, 0, 0] + Array("IEND".utf8) + [0xAE, 0x42, 0x60, 0x82]
    case .webp: nil
    }
  }
}

extension ThumbnailFormat {
  /// What a thumbnail may come out as.
  var candidates: [EncodedFormat] {
    switch self {
    case .auto: [.jpeg, .png]
    case .jpeg: [.jpeg]
    case .png: [.png]
    case .webp: [.webp]
    }
  }
}
