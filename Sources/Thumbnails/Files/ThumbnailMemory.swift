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
  let modified: timespec

  /// The thumbnail that is there and still right, with its size in bytes.
  func current(among formats: [EncodedFormat]) -> (format: EncodedFormat, byteCount: Int)? {
    for format in formats {
      if let byteCount = validByteCount(format) { return (format, byteCount) }
    }
    return nil
  }

  /// Removes a thumbnail of ours under the other extension: it shows the source as it was before.
  func removeStale(except kept: EncodedFormat) {
    for format in EncodedFormat.allCases where format != kept {
      let path = Self.path(stem, format)
      guard let file = try? OpenFile(path, O_RDONLY | O_NONBLOCK),
        let head = try? file.read(at: 0, upTo: ThumbnailTag.headLength),
        ThumbnailTag.read(fromHead: head)?.text.hasPrefix(ThumbnailJob.tagPrefix) == true
      else { continue }
      OutputFile.remove(path)
    }
  }

  static func path(_ stem: BytePath, _ format: EncodedFormat) -> BytePath {
    BytePath(stem.bytes + Array(".\(format.fileExtension)".utf8))
  }

  private func validByteCount(_ format: EncodedFormat) -> Int? {
    guard let file = try? OpenFile(Self.path(stem, format), O_RDONLY | O_NONBLOCK),
      let status = try? file.status(), status.st_mode & S_IFMT == S_IFREG,
      status.st_mtim.tv_sec == modified.tv_sec, status.st_mtim.tv_nsec == modified.tv_nsec,
      let head = try? file.read(at: 0, upTo: ThumbnailTag.headLength),
      ThumbnailTag.read(fromHead: head) == tag
    else { return nil }
    // A file that a crash of the machine cut short has the right beginning but not the right end.
    let size = Int(status.st_size)
    guard let ending = format.ending else {
      return RIFFChunks.fileLength(fromHead: head) == size ? size : nil
    }
    guard size >= ending.count,
      (try? file.read(at: size - ending.count, upTo: ending.count)) == ending
    else { return nil }
    return size
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
