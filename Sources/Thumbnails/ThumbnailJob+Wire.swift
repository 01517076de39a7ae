public import WorkerFarm

/// How jobs travel: a few hundred bytes, no JSON.
extension ThumbnailJob {
  /// `farm.thumbnail`.
  public static var jobName: String { "farm.thumbnail" }

  /// The bytes don't make a job or a result.
  public struct Malformed: Error, CustomStringConvertible {
    public let description: String
  }

  /// Appends the job, paths as bytes.
  public func encode(into writer: inout ByteWriter) throws {
    writer.write(bytes: source.bytes)
    writer.write(bytes: stem.bytes)
    writer.write(mode.rawValue)
    writer.write(UInt8(variants.count))
    for variant in variants {
      writer.write(variant.size)
      writer.write(string: variant.suffix)
    }
    options.encode(into: &writer)
    let quarantined = quarantined.prefix(Self.mostQuarantined)
    writer.write(UInt16(quarantined.count))
    for digest in quarantined { writer.write(digest) }
  }

  /// Reads what ``encode(into:)`` wrote.
  ///
  /// - Throws: ``Malformed``, or that the bytes ended early.
  public init(decoding reader: inout ByteReader) throws {
    source = BytePath(try reader.readBytes())
    stem = BytePath(try reader.readBytes())
    mode = try reader.readValue("mode")
    let count = Int(try reader.read(UInt8.self))
    guard (1...ThumbnailVariant.most).contains(count) else {
      throw Malformed(description: "\(count) thumbnails")
    }
    variants = []
    for _ in 0..<count {
      let size = try reader.readSize()
      variants.append(ThumbnailVariant(size: size, suffix: try reader.readString()))
    }
    options = try ThumbnailOptions(sizes: variants.map(\.size), decoding: &reader)
    let digests = Int(try reader.read(UInt16.self))
    guard digests <= Self.mostQuarantined else {
      throw Malformed(description: "\(digests) contents in quarantine")
    }
    for _ in 0..<digests { quarantined.append(try reader.readDigest()) }
  }
}

extension ByteWriter {
  mutating func write(_ size: ThumbnailSize) {
    write(UInt32(size.width ?? 0))
    write(UInt32(size.height ?? 0))
  }

  mutating func write(_ digest: ContentDigest) {
    for byte in digest.bytes { write(byte) }
  }
}

extension ByteReader {
  mutating func readSize() throws -> ThumbnailSize {
    let width = Int(try read(UInt32.self))
    let height = Int(try read(UInt32.self))
    guard
      let size = ThumbnailSize(width: width == 0 ? nil : width, height: height == 0 ? nil : height)
    else { throw ThumbnailJob.Malformed(description: "impossible size \(width)x\(height)") }
    return size
  }

  mutating func readDigest() throws -> ContentDigest {
    var bytes: [UInt8] = []
    for _ in 0..<ContentDigest.byteCount { bytes.append(try read()) }
    return ContentDigest(bytes: bytes)
  }

  /// One of an enumeration's values.
  mutating func readValue<Value: RawRepresentable<String>>(_ name: String) throws -> Value {
    guard let value = Value(rawValue: try readString()) else {
      throw ThumbnailJob.Malformed(description: "unknown \(name)")
    }
    return value
  }

  /// One of an enumeration's values.
  mutating func readValue<Value: RawRepresentable<UInt8>>(_ name: String) throws -> Value {
    guard let value = Value(rawValue: try read()) else {
      throw ThumbnailJob.Malformed(description: "unknown \(name)")
    }
    return value
  }

  mutating func readFlag() throws -> Bool { try read(UInt8.self) != 0 }
}
