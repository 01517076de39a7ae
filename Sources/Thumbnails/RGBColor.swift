/// An opaque sRGB colour of 8 bits a channel.
///
/// ```swift
/// RGBColor("#ff8000")
/// RGBColor("#f80")      // the same
/// RGBColor("orange")    // one of the 17 names of CSS 2.1, in any case
/// ```
public struct RGBColor: Sendable, Hashable {
  /// From 0 to 255.
  public let red: UInt8
  /// From 0 to 255.
  public let green: UInt8
  /// From 0 to 255.
  public let blue: UInt8

  /// `#ffffff`.
  public static let white = RGBColor(red: 255, green: 255, blue: 255)

  /// A colour by its channels.
  ///
  /// - Parameters:
  ///   - red: from 0 to 255.
  ///   - green: from 0 to 255.
  ///   - blue: from 0 to 255.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// Reads `#rrggbb`, `#rgb`, or one of ``names``.
  public init?(_ argument: String) {
    let text = argument.lowercased()
    if let named = Self.named.first(where: { $0.name == text }) {
      self.init(rgb: named.rgb)
      return
    }
    let digits = text.utf8.dropFirst().compactMap(Self.digit)
    guard text.utf8.first == UInt8(ascii: "#"), digits.count == text.utf8.count - 1 else {
      return nil
    }
    switch digits.count {
    case 3: self.init(red: 17 * digits[0], green: 17 * digits[1], blue: 17 * digits[2])
    case 6:
      self.init(
        red: 16 * digits[0] + digits[1], green: 16 * digits[2] + digits[3],
        blue: 16 * digits[4] + digits[5])
    default: return nil
    }
  }

  /// The names that ``init(_:)`` knows.
  public static var names: [String] { named.map(\.name) }

  var isGrey: Bool { red == green && green == blue }

  private init(rgb: Int) {
    self.init(
      red: UInt8(rgb >> 16 & 255), green: UInt8(rgb >> 8 & 255), blue: UInt8(rgb & 255))
  }

  private static func digit(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    default: nil
    }
  }

  /// CSS 2.1, section 4.3.6, and its second spellings of CSS Color Module 3.
  private static let named: [(name: String, rgb: Int)] = [
    ("black", 0x000000), ("silver", 0xC0C0C0), ("gray", 0x808080), ("grey", 0x808080),
    ("white", 0xFFFFFF), ("maroon", 0x800000), ("red", 0xFF0000), ("purple", 0x800080),
    ("fuchsia", 0xFF00FF), ("magenta", 0xFF00FF), ("green", 0x008000), ("lime", 0x00FF00),
    ("olive", 0x808000), ("yellow", 0xFFFF00), ("orange", 0xFFA500), ("navy", 0x000080),
    ("blue", 0x0000FF), ("teal", 0x008080), ("aqua", 0x00FFFF), ("cyan", 0x00FFFF),
  ]
}

extension RGBColor: CustomStringConvertible, Codable {
  /// `#rrggbb`; ``init(_:)`` reads it back.
  public var description: String {
    "#"
      + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Reads what ``init(_:)`` does.
  ///
  /// - Throws: `DecodingError` if that's no colour.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let color = Self(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a colour")
    }
    self = color
  }

  /// Writes `#rrggbb`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
