public import WorkerFarm

/// How pictures travel to workers without files, and thumbnails back.
extension IsolatedThumbnailJob {
  /// `farm.isolated-thumbnail`.
  public static var jobName: String { "farm.isolated-thumbnail" }

  /// Reads the picture, and appends its bytes and the settings.
  ///
  /// - Throws: an error if there's nothing to send: then ``finish(_:)`` has the result.
  public func encode(into writer: inout ByteWriter) throws { try encodePicture(into: &writer) }

  func encode(_ picture: Picture, into writer: inout ByteWriter) throws {
    var settings = job
    settings.source = BytePath("")
    settings.stem = BytePath("")
    // Looked for on this side, where the bytes are.
    settings.quarantined = []
    try settings.encode(into: &writer)
    for index in job.variants.indices { writer.write(UInt8(picture.due.contains(index) ? 1 : 0)) }
    writer.write(bytes: picture.bytes)
  }

  /// Reads what ``encode(into:)`` wrote.
  ///
  /// - Throws: an error if the bytes make no sense.
  public init(decoding reader: inout ByteReader) throws {
    let job = try ThumbnailJob(decoding: &reader)
    var due: Set<Int> = []
    for index in job.variants.indices where try reader.readFlag() { due.insert(index) }
    self.init(job: job, picture: Picture(bytes: try reader.readBytes(), due: due))
  }

  /// Appends the thumbnails' bytes.
  public static func encode(_ output: Output, into writer: inout ByteWriter) {
    switch output {
    case .failed(let failure):
      writer.write(UInt8(0))
      writer.write(string: failure.kind)
      writer.write(string: failure.message)
    case .rendered(let thumbnails):
      writer.write(UInt8(1))
      writer.write(UInt8(thumbnails.count))
      for thumbnail in thumbnails {
        writer.write(UInt8(thumbnail == nil ? 0 : 1))
        if let thumbnail { writer.write(thumbnail) }
      }
    }
  }

  /// Reads what ``encode(_:into:)`` wrote.
  ///
  /// - Throws: an error if the bytes make no sense.
  public static func decodeOutput(_ reader: inout ByteReader) throws -> Output {
    guard try reader.readFlag() else {
      let kind = try reader.readString()
      return .failed(ThumbnailJob.Failure(kind: kind, message: try reader.readString()))
    }
    var thumbnails: [Thumbnail?] = []
    for _ in 0..<(try reader.read(UInt8.self)) {
      thumbnails.append(try reader.readFlag() ? try reader.readThumbnail() : nil)
    }
    return .rendered(thumbnails)
  }
}

extension ByteWriter {
  fileprivate mutating func write(_ thumbnail: Thumbnail) {
    write(string: thumbnail.format.rawValue)
    for number in [
      thumbnail.width, thumbnail.height, thumbnail.source.width, thumbnail.source.height,
      thumbnail.warnings,
    ] {
      write(UInt32(clamping: number))
    }
    write(string: thumbnail.source.format.rawValue)
    write(UInt8(clamping: thumbnail.source.orientation))
    write(UInt8(thumbnail.source.isProgressive ? 1 : 0))
    write(UInt64(thumbnail.source.decoderBytes))
    write(UInt8(thumbnail.usedPreview ? 1 : 0))
    write(string: thumbnail.placeholders.thumbhash ?? "")
    write(string: thumbnail.placeholders.dominantColor?.description ?? "")
    write(bytes: thumbnail.bytes)
  }
}

extension ByteReader {
  fileprivate mutating func readThumbnail() throws -> Thumbnail {
    let format: EncodedFormat = try readValue("format")
    let (width, height) = (try readSide(), try readSide())
    let (sourceWidth, sourceHeight, warnings) = (try readSide(), try readSide(), try readSide())
    let source = SourceInfo(
      format: try readValue("source format"), width: sourceWidth, height: sourceHeight,
      orientation: Int(try read(UInt8.self)), isProgressive: try readFlag(),
      decoderBytes: Int(clamping: try read(UInt64.self)))
    let usedPreview = try readFlag()
    let thumbhash = try readString()
    let color = RGBColor(try readString())
    return Thumbnail(
      bytes: try readBytes(), format: format, width: width, height: height, source: source,
      warnings: warnings,
      placeholders: PlaceholderValues(
        thumbhash: thumbhash.isEmpty ? nil : thumbhash, dominantColor: color),
      usedPreview: usedPreview)
  }

  private mutating func readSide() throws -> Int { Int(try read(UInt32.self)) }
}
