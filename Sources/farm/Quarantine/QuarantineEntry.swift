import FoundationEssentials
import Thumbnails

/// A picture that has killed its worker as often as it might: one file in an output's ``QuarantineDirectory``, called
/// as its digest.
struct QuarantineEntry: Codable {
  var schemaVersion = 1
  var type = "quarantined"
  /// Which farm and which codecs it has killed: with others it may go well. See ``tool``.
  var tool: String
  /// SHA-256 of the picture's bytes, as in the file's name.
  var sha256: String
  /// The picture's size: pictures of other sizes needn't be hashed.
  var bytes: Int
  /// What its workers died of, for people: `SIGSEGV`.
  var reason: String
  /// Where it lay then, for people.
  var source: String

  /// This farm and the libraries that decode for it.
  static let currentTool =
    (["farm \(Thumbnailer.version)"]
    + CodecVersions.all.map { "\($0.name) \($0.version)" }).joined(separator: ", ")

  /// Larger files are none of ours: a path has at most 4,096 bytes, each of which may take six in JSON.
  static let largestFile = 32 << 10
  /// A reason is shown: a line of it, whoever wrote it.
  private static let longestReason = 200

  init(_ digest: ContentDigest, bytes: Int, reason: String, source: BytePath) {
    tool = Self.currentTool
    sha256 = "\(digest)"
    self.bytes = bytes
    self.reason = String(reason.prefix(Self.longestReason))
    self.source = "\(source)"
  }

  /// - Returns: nil if it isn't a whole entry for that digest. Its picture is tried then, which costs two workers at most.
  init?(json: [UInt8], for digest: ContentDigest) {
    guard let entry = try? JSONDecoder().decode(Self.self, from: Data(json)),
      entry.schemaVersion == 1, entry.type == "quarantined", entry.bytes >= 0,
      entry.sha256 == "\(digest)"
    else { return nil }
    self = entry
    reason = String(entry.reason.prefix(Self.longestReason))
  }
}
