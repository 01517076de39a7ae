/// Finds a WebP's chunks in the file's own bytes.
struct RIFFChunks {
  /// "RIFF", a length, "WEBP".
  private static let headerLength = 12

  private var rest: UnsafeRawBufferPointer

  /// The chunks of a whole file.
  init(file: UnsafeRawBufferPointer) {
    rest = UnsafeRawBufferPointer(rebasing: file.dropFirst(Self.headerLength))
  }

  private init(contents: UnsafeRawBufferPointer) {
    rest = contents
  }

  var exif: UnsafeRawBufferPointer? {
    // Some writers keep JPEG's prefix.
    let prefix = Array("Exif\0\0".utf8)
    guard let block = first("EXIF") else { return nil }
    if block.starts(with: prefix) {
      return UnsafeRawBufferPointer(rebasing: block.dropFirst(prefix.count))
    }
    return block
  }

  var color: SourceColor {
    guard let profile = first("ICCP") else { return SourceColor() }
    guard profile.count <= ColorProfile.maxLength else { return SourceColor(warnings: 1) }
    return SourceColor(profile: .icc(Array(profile)))
  }

  /// The text that an encoder of ours left behind the header.
  static func tag(fromHead head: [UInt8]) -> ThumbnailTag? {
    head.withUnsafeBytes { head in
      RIFFChunks(file: head).first("FARM").flatMap { ThumbnailTag(ascii: Array($0)[...]) }
    }
  }

  /// How long a file with such a beginning is when it is whole.
  static func fileLength(fromHead head: [UInt8]) -> Int? {
    var reader = BoundedReader(head.dropFirst(4))
    guard let length = reader.littleEndian32() else { return nil }
    return length + 8
  }

  /// An animation's first frame; `nil` when there is none or it makes no sense.
  var firstFrame: WebPFrame? {
    guard let contents = first("ANMF") else { return nil }
    return WebPFrame(contents)
  }

  /// The data of the first chunk of this type, as far as they are there.
  private func first(_ wanted: String) -> UnsafeRawBufferPointer? {
    var chunks = self
    while let (type, data) = chunks.next() {
      if type.elementsEqual(wanted.utf8) { return data }
    }
    return nil
  }

  private typealias Chunk = (type: Slice<UnsafeRawBufferPointer>, data: UnsafeRawBufferPointer)

  private mutating func next() -> Chunk? {
    let overhead = 8
    guard rest.count >= overhead else { return nil }
    let length = Int(UInt32(littleEndian: rest.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
    let type = rest[..<4]
    let data = UnsafeRawBufferPointer(rebasing: rest.dropFirst(overhead).prefix(length))
    // Data of odd length are followed by a byte that doesn't count.
    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(overhead + length + length % 2))
    return (type, data)
  }
}

/// One frame of an animation: a picture with a place on the canvas.
struct WebPFrame {
  let x: Int
  let y: Int
  let size: PixelSize
  /// Chunks that the decoder takes as they are.
  let data: UnsafeRawBufferPointer

  /// Place and sides in 24 bits each (the place in twos, the sides less one), a duration, flags.
  init?(_ contents: UnsafeRawBufferPointer) {
    let headerLength = 16
    guard contents.count > headerLength else { return nil }
    func number(at offset: Int) -> Int {
      Int(contents[offset]) | Int(contents[offset + 1]) << 8 | Int(contents[offset + 2]) << 16
    }
    x = number(at: 0) * 2
    y = number(at: 3) * 2
    size = PixelSize(width: number(at: 6) + 1, height: number(at: 9) + 1)
    data = UnsafeRawBufferPointer(rebasing: contents.dropFirst(headerLength))
  }
}
