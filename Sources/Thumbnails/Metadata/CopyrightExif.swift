/// An EXIF block of artist and copyright notice alone.
enum CopyrightExif {
  /// Longer texts are no notices, and two of them still fit into a JPEG's segment.
  private static let longestText = 8192

  /// `nil` when the block has neither. Takes any bytes.
  static func bytes(from block: UnsafeRawBufferPointer) -> [UInt8]? {
    guard let tiff = TIFFReader(block), let directory = tiff.firstDirectory else { return nil }
    // In ascending order, as TIFF asks for.
    let texts = [TIFFReader.Tag.artist, .copyright].compactMap { tag in
      text(tag, tiff, directory).map { (tag: tag.rawValue, text: $0) }
    }
    if texts.isEmpty { return nil }
    var writer = LittleEndianWriter(Array("II*\0".utf8))
    let firstDirectory = 8
    writer.write(firstDirectory, count: 4)
    writer.write(texts.count, count: 2)
    var place = firstDirectory + 2 + texts.count * TIFFReader.Entry.length + 4
    let ascii = 2
    for (tag, text) in texts {
      writer.write(Int(tag), count: 2)
      writer.write(ascii, count: 2)
      writer.write(text.count, count: 4)
      if text.count <= 4 {
        writer.bytes += text + repeatElement(0, count: 4 - text.count)
      } else {
        writer.write(place, count: 4)
        place += text.count
      }
    }
    writer.write(0, count: 4)
    for (_, text) in texts where text.count > 4 { writer.bytes += text }
    return writer.bytes
  }

  /// With the zero at its end.
  private static func text(
    _ tag: TIFFReader.Tag, _ tiff: TIFFReader, _ directory: Int
  ) -> [UInt8]? {
    let ascii = 2
    let utf8 = 129  // EXIF 3.0
    guard let entry = tiff.entry(tag, inDirectoryAt: directory),
      [ascii, utf8].contains(Int(entry.type)), entry.count <= longestText,
      let range = tiff.textRange(entry)
    else { return nil }
    // A photographer's and an editor's notice may follow each other, with a zero between them.
    let text = Array(tiff.bytes[range])
    guard let last = text.lastIndex(where: { $0 != 0 && $0 != UInt8(ascii: " ") }) else {
      return nil
    }
    return text[...last] + [0]
  }
}

extension TIFFReader {
  fileprivate func textRange(_ entry: Entry) -> Range<Int>? {
    var bytewise = entry
    bytewise.type = 1
    return valueRange(bytewise)
  }
}

private struct LittleEndianWriter {
  var bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func write(_ value: Int, count: Int) {
    for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
  }
}
