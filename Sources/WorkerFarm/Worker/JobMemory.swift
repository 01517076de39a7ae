import CPosix
import Synchronization

/// The memory that jobs may use in a pool with a bound on it, ``PoolConfiguration/memory``.
///
/// Each worker has an equal share of the pool's memory. A job that turns out to need more asks for it before
/// it allocates, and begins again when the others have left enough:
///
/// ```swift
/// func run() throws -> Report {
///   let header = try Header(reading: path)
///   try JobMemory.claim(header.decodedByteCount)
///   return try Report(decoding: path)
/// }
/// ```
public enum JobMemory {
  private static let current = Atomic<Int>(.max)

  /// Gives the calling thread an allowance of its own, since jobs run on other threads as well. Without it, what one of
  /// a job's threads reads here holds for all of them.
  static func becomePerThread() { farm_set_thread_allowance(.max) }

  /// Bytes that the running job may use; `Int.max` where there's no bound, as outside of workers.
  public internal(set) static var allowance: Int {
    get {
      let own = farm_thread_allowance()
      return own >= 0 ? Int(own) : current.load(ordering: .relaxed)
    }
    set {
      if farm_thread_allowance() >= 0 {
        farm_set_thread_allowance(Int64(newValue))
      } else {
        current.store(newValue, ordering: .relaxed)
      }
    }
  }

  /// Gives the calling thread an allowance for the time of a call: others of this process may run jobs of other pools.
  static func withAllowance<R>(_ bytes: Int, _ body: () -> R) -> R {
    let before = farm_thread_allowance()
    farm_set_thread_allowance(Int64(max(0, bytes)))
    defer { farm_set_thread_allowance(before) }
    return body()
  }

  /// Asks for `bytes` of memory in all for the running job.
  ///
  /// - Parameter bytes: all that it will hold at once; what is there already counts.
  /// - Throws: ``MemoryDemand`` if that's more than the job may use now. Let it leave the job's `run()`: then
  ///   the job is run again, from its beginning, as soon as it may use that much, beside fewer others or
  ///   alone; or it fails as ``JobFailure/memoryLimit(needed:allowed:)`` if the whole pool hasn't that much.
  ///   What a job does before its claim may therefore happen twice.
  public static func claim(_ bytes: Int) throws(MemoryDemand) {
    if bytes > allowance { throw MemoryDemand(bytes: bytes) }
  }
}

/// A job needs more memory than it may use now; see ``JobMemory/claim(_:)``.
public struct MemoryDemand: Error, Hashable, Sendable {
  /// What it needs in all.
  public let bytes: Int

  /// A demand, as ``JobMemory/claim(_:)`` throws it.
  ///
  /// - Parameter bytes: what the job needs in all.
  public init(bytes: Int) { self.bytes = bytes }
}
