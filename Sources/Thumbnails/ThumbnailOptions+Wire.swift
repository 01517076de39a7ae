import WorkerFarm

/// All options but sizes, which are the variants', and the tag, which the job writes itself.
extension ThumbnailOptions {
  func encode(into writer: inout ByteWriter) {
    writer.write(string: fit.rawValue)
    writer.write(string: gravity.rawValue)
    writer.write(UInt8(quality))
    writer.write(string: subsampling.rawValue)
    writer.write(string: format.rawValue)
    writer.write(string: icc.rawValue)
    for channel in [background.red, background.green, background.blue] { writer.write(channel) }
    for flag in [enlarge, progressive, lenient, usePreview] { writer.write(UInt8(flag ? 1 : 0)) }
    writer.write(values: keep)
    writer.write(values: placeholders)
    writer.write(UInt64(maxPixels))
    writer.write(UInt32(maxScans))
    writer.write(UInt64(maxDecoderBytes))
  }

  init(sizes: [ThumbnailSize], decoding reader: inout ByteReader) throws {
    self.init(size: .standard)
    self.sizes = sizes
    fit = try reader.readValue("fit")
    gravity = try reader.readValue("gravity")
    quality = Int(try reader.read(UInt8.self))
    subsampling = try reader.readValue("subsampling")
    format = try reader.readValue("format")
    icc = try reader.readValue("icc")
    background = RGBColor(
      red: try reader.read(), green: try reader.read(), blue: try reader.read())
    enlarge = try reader.readFlag()
    progressive = try reader.readFlag()
    lenient = try reader.readFlag()
    usePreview = try reader.readFlag()
    keep = try reader.readValues("metadata")
    placeholders = try reader.readValues("placeholder")
    maxPixels = Int(clamping: try reader.read(UInt64.self))
    maxScans = Int(try reader.read(UInt32.self))
    maxDecoderBytes = Int(clamping: try reader.read(UInt64.self))
    if let problem { throw ThumbnailJob.Malformed(description: problem) }
  }
}

extension ByteWriter {
  /// In an order that doesn't change from run to run.
  fileprivate mutating func write(values: Set<some RawRepresentable<String>>) {
    write(UInt8(values.count))
    for value in values.map(\.rawValue).sorted() { write(string: value) }
  }
}

extension ByteReader {
  fileprivate mutating func readValues<Value: RawRepresentable<String>>(
    _ name: String
  ) throws -> Set<Value> {
    var values: Set<Value> = []
    for _ in 0..<(try read(UInt8.self)) { values.insert(try readValue(name)) }
    return values
  }
}
