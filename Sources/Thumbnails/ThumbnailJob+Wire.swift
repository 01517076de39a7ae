public import WorkerFarm

/// How jobs and results travel: a few hundred bytes, no JSON.
extension ThumbnailJob {
  public static var jobName: String { "farm.thumbnail" }

  /// The bytes don't make a job or a result.
  public struct Malformed: Error, CustomStringConvertible {
    public let description: String
  }

  public func encode(into writer: inout ByteWriter) throws {
    writer.write(bytes: source.bytes)
    writer.write(bytes: stem.bytes)
    writer.write(mode.rawValue)
    writer.write(UInt32(options.size.width ?? 0))
    writer.write(UInt32(options.size.height ?? 0))
    writer.write(UInt8(options.quality))
    writer.write(string: options.format.rawValue)
    writer.write(UInt64(options.maxPixels))
    writer.write(UInt32(options.maxScans))
    writer.write(UInt64(options.maxDecoderBytes))
    writer.write(UInt8(options.lenient ? 1 : 0))
    writer.write(string: options.icc.rawValue)
  }

  public init(decoding reader: inout ByteReader) throws {
    source = BytePath(try reader.readBytes())
    stem = BytePath(try reader.readBytes())
    guard let mode = Mode(rawValue: try reader.read()) else {
      throw Malformed(description: "unknown mode")
    }
    self.mode = mode
    let width = Int(try reader.read(UInt32.self))
    let height = Int(try reader.read(UInt32.self))
    guard
      let size = ThumbnailSize(width: width == 0 ? nil : width, height: height == 0 ? nil : height)
    else { throw Malformed(description: "impossible size \(width)x\(height)") }
    options = ThumbnailOptions(size: size)
    options.quality = Int(try reader.read(UInt8.self))
    guard let format = ThumbnailFormat(rawValue: try reader.readString()) else {
      throw Malformed(description: "unknown format")
    }
    options.format = format
    options.maxPixels = Int(clamping: try reader.read(UInt64.self))
    options.maxScans = Int(try reader.read(UInt32.self))
    options.maxDecoderBytes = Int(clamping: try reader.read(UInt64.self))
    options.lenient = try reader.read(UInt8.self) != 0
    guard let icc = ICCHandling(rawValue: try reader.readString()) else {
      throw Malformed(description: "unknown handling of profiles")
    }
    options.icc = icc
    guard (1...100).contains(options.quality), options.maxPixels > 0, options.maxScans > 0 else {
      throw Malformed(description: "impossible options")
    }
  }

  public static func encode(_ result: Result, into writer: inout ByteWriter) {
    switch result {
    case .made(let made):
      writer.write(UInt8(1))
      writer.write(bytes: made.path.bytes)
      writer.write(string: made.format.rawValue)
      for number in [
        made.width, made.height, made.byteCount, made.sourceWidth, made.sourceHeight,
        made.sourceByteCount, made.warnings,
      ] {
        writer.write(UInt64(number))
      }
    case .upToDate(let path, let byteCount):
      writer.write(UInt8(2))
      writer.write(bytes: path.bytes)
      writer.write(UInt64(byteCount))
    case .due:
      writer.write(UInt8(3))
    case .failed(let failure):
      writer.write(UInt8(4))
      writer.write(string: failure.kind)
      writer.write(string: failure.message)
    }
  }

  public static func decodeOutput(_ reader: inout ByteReader) throws -> Result {
    switch try reader.read(UInt8.self) {
    case 1: return .made(try decodeMade(&reader))
    case 2:
      let path = BytePath(try reader.readBytes())
      return .upToDate(path: path, byteCount: Int(clamping: try reader.read(UInt64.self)))
    case 3: return .due
    case 4:
      let kind = try reader.readString()
      return .failed(Failure(kind: kind, message: try reader.readString()))
    case let tag: throw Malformed(description: "unknown result \(tag)")
    }
  }

  private static func decodeMade(_ reader: inout ByteReader) throws -> Made {
    let path = BytePath(try reader.readBytes())
    guard let format = EncodedFormat(rawValue: try reader.readString()) else {
      throw Malformed(description: "unknown format")
    }
    func number() throws -> Int { Int(clamping: try reader.read(UInt64.self)) }
    return Made(
      path: path, format: format, width: try number(), height: try number(),
      byteCount: try number(), sourceWidth: try number(), sourceHeight: try number(),
      sourceByteCount: try number(), warnings: try number())
  }
}
