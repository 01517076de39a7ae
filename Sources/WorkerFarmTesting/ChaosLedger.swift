import CPosix
import Glibc
public import WorkerFarm

/// Remembers which jobs have misbehaved, over all workers of its pools and their successors.
///
/// It's a piece of memory that belongs to the program that made it, without a file: it must live as long as the
/// pools that it was applied to. Look at ``faults`` afterwards, and it does.
public final class ChaosLedger: Sendable {
  public let chaos: Chaos
  private let descriptor: Int32

  public init(_ chaos: Chaos) throws(SystemError) {
    self.chaos = chaos
    descriptor = farm_memfd_create("chaos")
    if descriptor < 0 { throw SystemError(call: "memfd_create", code: errno) }
  }

  deinit { close(descriptor) }

  /// The configuration of a pool whose workers misbehave.
  ///
  /// Stalls need a `timeout`, and a retry policy that tries again what timed out.
  public func applied(to configuration: PoolConfiguration) -> PoolConfiguration {
    var configuration = configuration
    configuration.command.environment[Chaos.variable] = "\(chaos)"
    configuration.command.environment[Chaos.ledgerVariable] = "/proc/\(getpid())/fd/\(descriptor)"
    return configuration
  }

  /// What has happened so far, and how often.
  public var faults: [Chaos.Fault: Int] {
    LedgerEntry.all(in: descriptor).reduce(into: [:]) { $0[$1.fault, default: 0] += 1 }
  }
}

/// One job that has misbehaved: its key, and how.
struct LedgerEntry {
  var key: UInt64
  var fault: Chaos.Fault

  private static let size = 16

  /// One write, which the kernel doesn't divide.
  func append(to descriptor: Int32) {
    let number = UInt64(Chaos.Fault.allCases.firstIndex(of: fault) ?? 0)
    withUnsafeBytes(of: (key, number)) { bytes in
      _ = write(descriptor, bytes.baseAddress, bytes.count)
    }
  }

  static func all(in descriptor: Int32) -> [LedgerEntry] {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size) / size * size)
    let count = max(0, pread(descriptor, &bytes, bytes.count, 0)) / size
    return bytes.withUnsafeBytes { raw in
      (0..<count).map { index in
        let key = raw.loadUnaligned(fromByteOffset: index * size, as: UInt64.self)
        let number = raw.loadUnaligned(fromByteOffset: index * size + 8, as: UInt64.self)
        return LedgerEntry(key: key, fault: Chaos.Fault.allCases[Int(number)])
      }
    }
  }
}
