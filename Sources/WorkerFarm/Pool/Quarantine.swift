import Synchronization

/// Jobs that have killed workers as often as they might, and are refused when they come again.
///
/// ```swift
/// configuration.quarantine = Quarantine(try load())
/// // … a run …
/// try save(configuration.quarantine?.entries)
/// ```
///
/// A job comes in when it failed as ``JobFailure/crashed(_:lastWords:)`` or ``JobFailure/protocolViolation(_:)``. When it
/// comes again it fails as ``JobFailure/quarantined(_:)`` at once, without a worker.
///
/// It is known by its type's name and its encoded input, so the quarantine can be kept from run to run, as long as the
/// encoding stays. JSON's is stable but for a `Set`, and a `Dictionary` with other keys than strings and integers, whose
/// order is random. Safe to use from any thread, and by several pools.
public final class Quarantine: Sendable {
  /// One job that is refused.
  public struct Entry: Hashable, Sendable {
    /// The type's ``Job/jobName``.
    public var jobName: String
    /// 64-bit FNV-1a of the encoded input (Fowler, Noll and Vo; draft-eastlake-fnv). A stranger can find two inputs
    /// with one hash: what may come from strangers should carry a better one in its encoding.
    public var inputHash: UInt64
    /// What it did, for the failure's text.
    public var reason: String

    /// An entry as it was kept.
    ///
    /// - Parameters:
    ///   - jobName: the type's ``Job/jobName``.
    ///   - inputHash: of the encoded input.
    ///   - reason: for the failure's text.
    public init(jobName: String, inputHash: UInt64, reason: String) {
      self.jobName = jobName
      self.inputHash = inputHash
      self.reason = reason
    }
  }

  private struct Key: Hashable {
    var jobName: String
    var inputHash: UInt64
  }

  private let reasons: Mutex<[Key: String]>

  /// A quarantine that begins with what was kept.
  ///
  /// - Parameter entries: what is in quarantine to begin with.
  public init(_ entries: some Sequence<Entry> = []) {
    var reasons: [Key: String] = [:]
    for entry in entries {
      reasons[Key(jobName: entry.jobName, inputHash: entry.inputHash)] = entry.reason
    }
    self.reasons = Mutex(reasons)
  }

  /// Everything in quarantine now, in no order.
  public var entries: [Entry] {
    reasons.withLock { reasons in
      reasons.map { Entry(jobName: $0.jobName, inputHash: $0.inputHash, reason: $1) }
    }
  }

  /// Lets a job go.
  ///
  /// - Parameter job: known by its type's name and its encoded input.
  /// - Returns: whether it was in quarantine.
  @discardableResult
  public func release(_ job: some Job) -> Bool {
    guard let key = Self.key(of: job) else { return false }
    return reasons.withLock { $0.removeValue(forKey: key) } != nil
  }

  /// Why the job is refused; nil if it isn't.
  func reason(against job: some Job) -> String? {
    // Nobody encodes for an empty list.
    guard reasons.withLock({ !$0.isEmpty }), let key = Self.key(of: job) else { return nil }
    return reasons.withLock { $0[key] }
  }

  /// Takes a job in if its failure says that it kills workers.
  func note(_ failure: JobFailure, of job: some Job) {
    switch failure {
    case .crashed, .protocolViolation: break
    default: return
    }
    guard let key = Self.key(of: job) else { return }
    reasons.withLock { $0[key] = "\(failure)" }
  }

  private static func key<J: Job>(of job: J) -> Key? {
    var writer = ByteWriter()
    guard (try? job.encode(into: &writer)) != nil else { return nil }
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    writer.storage.forEachPiece { bytes, range in
      for byte in bytes[range] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }
    return Key(jobName: J.jobName, inputHash: hash)
  }
}
