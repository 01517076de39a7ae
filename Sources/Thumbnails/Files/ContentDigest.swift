private import CLibNettle

/// SHA-256 of a file's bytes (FIPS 180-4): whoever has the same bytes has the same digest, and nobody finds other bytes
/// that have it.
public struct ContentDigest: Hashable, Sendable, CustomStringConvertible {
  /// 32 of them.
  public let bytes: [UInt8]

  /// The length of ``bytes``.
  public static let byteCount = 32

  /// Of these bytes.
  ///
  /// - Parameter contents: the whole of them.
  public init(of contents: [UInt8]) {
    var hasher = Hasher()
    hasher.update(contents)
    self = hasher.finish()
  }

  /// Reads what ``description`` says.
  ///
  /// - Parameter hexadecimal: 64 digits, small letters.
  /// - Returns: nil for anything else.
  public init?(hexadecimal: some StringProtocol) {
    let digits = hexadecimal.utf8.map { byte -> UInt8? in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
      default: nil
      }
    }
    let known = digits.compactMap(\.self)
    guard known.count == 2 * Self.byteCount, digits.count == known.count else { return nil }
    bytes = stride(from: 0, to: known.count, by: 2).map { known[$0] << 4 | known[$0 + 1] }
  }

  init(bytes: [UInt8]) {
    precondition(bytes.count == Self.byteCount, "SHA-256 has 32 bytes")
    self.bytes = bytes
  }

  /// Hexadecimal digits, small letters.
  public var description: String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }

  /// Takes bytes piece by piece.
  struct Hasher {
    private var context = sha256_ctx()

    init() { nettle_sha256_init(&context) }

    mutating func update(_ bytes: [UInt8]) {
      bytes.withUnsafeBufferPointer {
        nettle_sha256_update(&context, $0.count, $0.baseAddress)
      }
    }

    consuming func finish() -> ContentDigest {
      var digest = [UInt8](repeating: 0, count: ContentDigest.byteCount)
      farm_sha256_finish(&context, &digest)
      return ContentDigest(bytes: digest)
    }
  }
}

extension ContentDigest {
  /// Of a regular file, with its size in bytes.
  ///
  /// - Parameter limit: nil is returned for a file that was changed since, by the system's clock, or while it was read: what
  ///   is there may not be what somebody has read before.
  package static func ofFile(
    at path: BytePath, unchangedSince limit: FileTime
  ) throws(FileFault) -> (digest: ContentDigest, byteCount: Int)? {
    guard let file = try? SourceFile(path) else { return nil }
    guard file.changed < limit else { return nil }
    let digest = try file.digest()
    return try file.isUnchanged() ? (digest, file.byteCount) : nil
  }
}
