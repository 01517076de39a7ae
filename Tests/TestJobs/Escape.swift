import CEscapes
import Glibc
public import WorkerFarm

/// Tries something that a sandbox is to prevent.
public struct Escape: Job, Codable {
  public var attempt: String
  public var path: String
  public var other: String

  /// - Parameters:
  ///   - attempt: one of ``aboutFiles`` or ``others``; or `startThread`, `sleep`, `readLimit`, `signalSelf`, which
  ///     every sandbox allows; or `foreignCall`, which ends the process.
  ///   - path: what an attempt about files is about.
  public init(_ attempt: String, path: String = "", other: String = "") {
    self.attempt = attempt
    self.path = path
    self.other = other
  }

  /// 0 if it succeeded, else the `errno` value.
  public func run() -> Int32 {
    if attempt == "foreignCall" { escape_foreign_call() }
    return escape_attempt(attempt, path, other)
  }

  public static let aboutFiles = names(aboutFiles: 1)
  public static let others = names(aboutFiles: 0)

  private static func names(aboutFiles: Int32) -> [String] {
    var names: [String] = []
    while let name = escape_name(Int32(names.count), aboutFiles) {
      names.append(String(cString: name))
    }
    return names
  }
}
