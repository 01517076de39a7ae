import CPosix
import Glibc

/// How the system is to treat workers. A trait that the system refuses is left out without an error.
public struct WorkerTraits: Hashable, Sendable {
  /// Added to their nice value, from 0 to 19: how readily they give way to other programs.
  public var niceness: Int

  /// The processors that they may run on, by number; nil for those that this process may run on. Numbers that the
  /// machine doesn't have are left out, and an empty rest changes nothing.
  public var processors: Set<Int>?

  /// Traits; those that aren't given change nothing.
  ///
  /// - Parameters:
  ///   - niceness: from 0 to 19.
  ///   - processors: by number; nil for those that this process may run on.
  public init(niceness: Int = 0, processors: Set<Int>? = nil) {
    self.niceness = niceness
    self.processors = processors
  }

  /// A refusal isn't an error: the jobs are done all the same.
  ///
  /// - Parameter id: of a process or, as Linux has it, a thread; 0 for the calling thread.
  func apply(to id: Int32) {
    if niceness != 0 { _ = farm_add_niceness(id, Int32(clamping: niceness)) }
    if let processors, !processors.isEmpty {
      let numbers = processors.map { Int32(clamping: $0) }
      _ = farm_set_affinity(id, numbers, numbers.count)
    }
  }
}
