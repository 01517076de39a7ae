/// A job's name on the wire and in the scheduler: unique among the jobs of one pool's lifetime as far
/// as 2³² uses of one slot go, and never zero.
struct JobID: Hashable, Sendable {
  let rawValue: UInt64

  init(rawValue: UInt64) { self.rawValue = rawValue }

  init(generation: UInt32, slot: Int) {
    rawValue = UInt64(generation) << 32 | UInt64(UInt32(truncatingIfNeeded: slot))
  }

  /// Where the job lies in every table of jobs.
  var slot: Int { Int(UInt32(truncatingIfNeeded: rawValue)) }
  var generation: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) }
}

/// What the scheduler knows of a job that has no outcome delivered yet.
struct JobEntry: Sendable {
  enum Phase: Sendable { case queued, inFlight, finished }

  var stream: StreamID
  /// Its position in the stream, from 0.
  var index: Int
  /// Bytes of the encoded input; of the output or failure once it's finished.
  var size: Int
  var phase = Phase.queued
  /// How many workers died while they ran it.
  var deaths: UInt16 = 0
  /// How often it came back from a dead worker that wasn't running it.
  var returns: UInt8 = 0
  /// How often it was sent to a worker and not returned unbegun.
  var attempts: UInt32 = 0
}

/// The jobs that are alive, found by id in constant time; slots are used again.
struct JobTable: Sendable {
  private struct Slot: Sendable {
    var generation: UInt32 = 0
    var entry: JobEntry?
  }

  private var slots: [Slot] = []
  private var free: [Int] = []
  private var released: [Int] = []

  /// How many jobs are alive.
  private(set) var count = 0

  mutating func insert(_ entry: JobEntry) -> JobID {
    let slot: Int
    if let last = free.popLast() {
      slot = last
    } else {
      slot = slots.count
      slots.append(Slot())
    }
    // From one, and never back to zero: an id of zero means "no job".
    let generation = slots[slot].generation == .max ? 1 : slots[slot].generation + 1
    slots[slot].generation = generation
    slots[slot].entry = entry
    count += 1
    return JobID(generation: generation, slot: slot)
  }

  func contains(_ id: JobID) -> Bool {
    id.slot < slots.count && slots[id.slot].generation == id.generation
      && slots[id.slot].entry != nil
  }

  /// - Precondition: the job is alive.
  subscript(id: JobID) -> JobEntry {
    get {
      guard contains(id), let entry = slots[id.slot].entry else {
        preconditionFailure("job \(id.rawValue) isn't alive")
      }
      return entry
    }
    set {
      precondition(contains(id), "job \(id.rawValue) isn't alive")
      slots[id.slot].entry = newValue
    }
  }

  /// The slot isn't used again before ``reuseReleased()``: whoever keeps a table of his own by slot may
  /// still have to act on the job.
  mutating func remove(_ id: JobID) {
    precondition(contains(id), "job \(id.rawValue) isn't alive")
    slots[id.slot].entry = nil
    released.append(id.slot)
    count -= 1
  }

  mutating func reuseReleased() {
    free.append(contentsOf: released)
    released.removeAll(keepingCapacity: true)
  }
}
