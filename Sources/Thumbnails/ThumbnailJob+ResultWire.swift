public import WorkerFarm

/// How results travel.
extension ThumbnailJob {
  private enum Kind: UInt8 {
    case made = 1
    case upToDate, due, failed, quarantined
  }

  /// Appends a result, paths as bytes.
  public static func encode(_ result: Result, into writer: inout ByteWriter) {
    switch result {
    case .made(let made):
      writer.write(Kind.made.rawValue)
      writer.write(made.files)
      for number in [
        made.sourceWidth, made.sourceHeight, made.sourceByteCount, made.warnings,
      ] {
        writer.write(UInt64(number))
      }
      writer.write(UInt8(made.usedPreview ? 1 : 0))
    case .upToDate(let files):
      writer.write(Kind.upToDate.rawValue)
      writer.write(files)
    case .due(let files):
      writer.write(Kind.due.rawValue)
      writer.write(files)
    case .failed(let failure):
      writer.write(Kind.failed.rawValue)
      writer.write(string: failure.kind)
      writer.write(string: failure.message)
    case .quarantined(let digest):
      writer.write(Kind.quarantined.rawValue)
      writer.write(digest)
    }
  }

  /// Reads what ``encode(_:into:)`` wrote.
  ///
  /// - Throws: ``Malformed``, or that the bytes ended early.
  public static func decodeOutput(_ reader: inout ByteReader) throws -> Result {
    let kind: Kind = try reader.readValue("result")
    switch kind {
    case .made: return .made(try decodeMade(&reader))
    case .upToDate: return .upToDate(try reader.readFiles())
    case .due: return .due(try reader.readFiles())
    case .failed:
      let kind = try reader.readString()
      return .failed(Failure(kind: kind, message: try reader.readString()))
    case .quarantined: return .quarantined(try reader.readDigest())
    }
  }

  private static func decodeMade(_ reader: inout ByteReader) throws -> Made {
    let files = try reader.readFiles()
    return Made(
      files: files, sourceWidth: try reader.readCount(), sourceHeight: try reader.readCount(),
      sourceByteCount: try reader.readCount(), warnings: try reader.readCount(),
      usedPreview: try reader.readFlag())
  }
}

extension ByteWriter {
  fileprivate mutating func write(_ files: [ThumbnailJob.File]) {
    write(UInt8(files.count))
    for file in files {
      write(file.state.rawValue)
      write(file.box)
      // Nothing for what isn't known: no path is empty, no picture has no pixels.
      write(bytes: file.path?.bytes ?? [])
      write(string: file.format?.rawValue ?? "")
      write(UInt64(file.size?.width ?? 0))
      write(UInt64(file.size?.height ?? 0))
      write(UInt64(file.byteCount ?? 0))
      write(string: file.placeholders.thumbhash ?? "")
      write(string: file.placeholders.dominantColor?.description ?? "")
    }
  }
}

extension ByteReader {
  fileprivate mutating func readCount() throws -> Int { Int(clamping: try read(UInt64.self)) }

  fileprivate mutating func readFiles() throws -> [ThumbnailJob.File] {
    var files: [ThumbnailJob.File] = []
    for _ in 0..<(try read(UInt8.self)) { files.append(try readFile()) }
    guard !files.isEmpty else { throw ThumbnailJob.Malformed(description: "no thumbnails") }
    return files
  }

  private mutating func readFile() throws -> ThumbnailJob.File {
    let state: ThumbnailJob.File.State = try readValue("state")
    let box = try readSize()
    let path = try readBytes()
    let format = EncodedFormat(rawValue: try readString())
    let (width, height) = (try readCount(), try readCount())
    let byteCount = try readCount()
    let thumbhash = try readString()
    let color = RGBColor(try readString())
    return ThumbnailJob.File(
      state: state, box: box, path: path.isEmpty ? nil : BytePath(path), format: format,
      size: width == 0 ? nil : ThumbnailJob.PixelDimensions(width: width, height: height),
      byteCount: byteCount == 0 ? nil : byteCount,
      placeholders: PlaceholderValues(
        thumbhash: thumbhash.isEmpty ? nil : thumbhash, dominantColor: color))
  }
}
