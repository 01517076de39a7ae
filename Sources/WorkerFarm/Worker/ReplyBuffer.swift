import Synchronization

/// Replies on their way to the coordinator, those of short jobs several at a time: a `write` for each
/// would cost more than such a job does.
///
/// None waits long: where the loop is kept by the job after it, a thread writes in its stead.
final class ReplyBuffer: Sendable {
  private struct Held {
    var bytes: [UInt8] = []
    /// Counts the writes; a number that stays says that the loop is busy elsewhere.
    var batch = 0
    var watch = Watch.none
  }

  private enum Watch {
    case none, asleep, awake
  }

  private let pipe: Descriptor
  private let held = Mutex(Held())
  private let parker = ThreadParker()

  private static let holdLimit = 64 << 10
  private static let watchInterval: Nanoseconds = 1_000_000
  /// Intervals with nothing held until the watch goes to sleep.
  private static let watchPatience = 20

  init(_ pipe: consuming Descriptor) { self.pipe = pipe }

  /// Leaves a reply to be written within two intervals; false if it has to be written at once.
  func hold(_ reply: [UInt8]) -> Bool {
    held.withLock { held in
      guard held.bytes.count + reply.count < Self.holdLimit, wakeWatch(&held) else { return false }
      held.bytes.append(contentsOf: reply)
      return true
    }
  }

  /// False if there's no thread to be had.
  private func wakeWatch(_ held: inout Held) -> Bool {
    switch held.watch {
    case .awake: return true
    case .asleep: parker.unpark()
    case .none:
      do throws(SystemError) {
        try DedicatedThread.start(named: "replies") { [self] in watch() }
      } catch {
        return false
      }
    }
    held.watch = .awake
    return true
  }

  /// Writes what was held, and then one more reply.
  func write(_ reply: [UInt8]) throws(SystemError) {
    try held.withLock { held throws(SystemError) in
      if held.bytes.isEmpty {
        try pipe.writeAll(reply)
      } else {
        held.bytes.append(contentsOf: reply)
        try writeHeld(&held)
      }
    }
  }

  private func writeHeld(_ held: inout Held) throws(SystemError) {
    held.batch &+= 1
    defer { held.bytes.removeAll(keepingCapacity: true) }
    try pipe.writeAll(held.bytes)
  }

  private func watch() -> Never {
    while true {
      var idle = 0
      var batchSeen: Int?
      while idle < Self.watchPatience {
        MonotonicClock.sleep(Self.watchInterval)
        held.withLock { held in
          if held.bytes.isEmpty {
            idle += 1
            batchSeen = nil
            if idle == Self.watchPatience { held.watch = .asleep }
          } else {
            idle = 0
            // If the coordinator is gone, the loop's next write learns it as well.
            if held.batch == batchSeen { try? writeHeld(&held) }
            batchSeen = held.batch
          }
        }
      }
      parker.park()
    }
  }
}
