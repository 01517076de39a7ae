import Thumbnails

/// A program's words with places for the record, as GNU parallel has them.
struct ProgramTemplate: Sendable {
  private enum Piece {
    case text([UInt8])
    case whole, withoutExtension, name, directory, nameWithoutExtension, number
  }

  private static let places: [(mark: String, piece: Piece)] = [
    ("{}", .whole), ("{.}", .withoutExtension), ("{/}", .name), ("{//}", .directory),
    ("{/.}", .nameWithoutExtension), ("{#}", .number),
  ]

  private let words: [[Piece]]
  /// Whether the record is an argument, or a part of one.
  let takesRecord: Bool

  /// - Parameter appends: whether a record that is asked for nowhere becomes the last argument.
  init(_ words: [[UInt8]], appends: Bool) {
    var parsed = words.map(Self.parse)
    let asks = parsed.joined().contains { if case .text = $0 { false } else { true } }
    if !asks && appends { parsed.append([.whole]) }
    self.words = parsed
    takesRecord = parsed.joined().contains { piece in
      switch piece {
      case .text, .number: false
      default: true
      }
    }
  }

  /// The program's name, if it's the same for all records.
  var fixedProgram: BytePath? {
    guard let first = words.first else { return nil }
    var bytes: [UInt8] = []
    for piece in first {
      guard case .text(let text) = piece else { return nil }
      bytes += text
    }
    return BytePath(bytes)
  }

  func filled(with record: Record) -> [[UInt8]] {
    words.map { word in word.flatMap { Self.bytes(of: $0, record) } }
  }

  private static func parse(_ word: [UInt8]) -> [Piece] {
    var pieces: [Piece] = []
    var text: [UInt8] = []
    var rest = word[...]
    while let first = rest.first {
      if let place = places.first(where: { rest.starts(with: $0.mark.utf8) }) {
        if !text.isEmpty { pieces.append(.text(text)) }
        text = []
        pieces.append(place.piece)
        rest.removeFirst(place.mark.utf8.count)
      } else {
        text.append(first)
        rest.removeFirst()
      }
    }
    if !text.isEmpty { pieces.append(.text(text)) }
    return pieces
  }

  private static func bytes(of piece: Piece, _ record: Record) -> [UInt8] {
    let path = BytePath(record.bytes)
    switch piece {
    case .text(let text): return text
    case .whole: return record.bytes
    case .withoutExtension: return withoutExtension(record.bytes)
    case .name: return Array(path.name)
    case .directory: return path.parent.bytes
    case .nameWithoutExtension: return withoutExtension(Array(path.name))
    case .number: return Array("\(record.number)".utf8)
    }
  }

  /// Without the last dot of the name, and what follows it.
  private static func withoutExtension(_ bytes: [UInt8]) -> [UInt8] {
    guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")), dot + 1 < bytes.count,
      !bytes[dot...].contains(UInt8(ascii: "/"))
    else { return bytes }
    return Array(bytes[..<dot])
  }
}
