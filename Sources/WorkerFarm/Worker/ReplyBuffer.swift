import Glibc
import Synchronization

/// Replies on their way to the coordinator, those of short jobs several at a time: a `write` for each
/// would cost more than such a job does.
///
/// ```
/// memory [ written by the watch │ published │ free ]
///                          head ▲           ▲ end: moves with each reply, without a lock
/// ```
///
/// Replies are appended by the loop that runs the jobs, which also writes them as a rule. None waits long: where the
/// loop is kept by the next job, a thread, the watch, writes what was published in its stead.
final class ReplyBuffer: ReplySink, @unchecked Sendable {
  // Sendable because `memory` up to the published end is read under the lock only, and changed by nobody: the loop's
  // thread writes beyond that end, and begins anew only under the lock. What else varies is the loop's own.
  private let pipe: SharedDescriptor
  private let memory: UnsafeMutableRawPointer
  /// Replies and bytes that are whole: the loop's word to the watch.
  private let published = Atomic<UInt64>(0)
  /// Counts the loop's writes; a number that stays says that the loop is busy elsewhere.
  private let writes = Atomic<Int>(0)
  /// A write has failed, the watch's or the loop's.
  private let isBroken = Atomic(false)
  private let watchState = Atomic(WatchState.none.rawValue)
  private let written = Mutex(Written())
  private let parker = ThreadParker()

  /// How many replies, and how many bytes they have.
  private struct Mark: Equatable {
    var count = 0
    var bytes = 0

    init() {}

    init(_ word: UInt64) {
      count = Int(word >> 32)
      bytes = Int(word & 0xFFFF_FFFF)
    }

    var word: UInt64 { UInt64(count) << 32 | UInt64(bytes) }
  }

  private struct Written {
    /// How far what is published has been written.
    var head = Mark()
    /// Why a write failed: the coordinator is gone.
    var error: SystemError?
  }

  private enum WatchState: Int { case none, asleep, awake, impossible, dismissed }

  // The loop's own.
  private var end = Mark()
  /// What the buffer holds is one frame's results from `firstID` on, or whole frames.
  private var holdsResults = false
  private var firstID: UInt64 = 0
  /// What is held came after this.
  private var busySince: Nanoseconds = 0
  private var untilClock = 1
  private var stride = 1
  /// Since the last write the watch was told that something is held.
  private var isWatched = false
  /// Whether replies may be held back at all.
  private let mayHold: Bool
  /// What the coordinator accepts in one frame, in bytes.
  var frameLimit = Frame.defaultLimit

  /// A pipe takes as much at once, and a coordinator reads it.
  private static let capacity = 64 << 10
  /// Replies are held back only among jobs so short that a `write` for each would cost more than they do. A
  /// quarter of a millisecond is a fraction of the work that a worker has before it, and nothing to a deadline.
  private static let longestDelay: Nanoseconds = 250_000
  /// How many jobs are run at most between two looks at the clock, which costs as much as the shortest.
  private static let longestStride = 64
  private static let watchInterval: Nanoseconds = 1_000_000
  /// Intervals with nothing held until the watch goes to sleep.
  private static let watchPatience = 20

  init(_ pipe: SharedDescriptor, mayHold: Bool) {
    self.pipe = pipe
    self.mayHold = mayHold
    memory = .allocate(byteCount: Self.capacity, alignment: 16)
  }

  deinit { memory.deallocate() }

  // MARK: The loop's side

  /// Why a reply couldn't be written: then there's nobody left to work for.
  private(set) var error: SystemError?

  /// Writes what isn't a reply.
  func write(_ bytes: [UInt8]) throws(SystemError) {
    try written.withLock { _ throws(SystemError) in
      var done: Result<Void, SystemError> = .success(())
      bytes.withUnsafeBytes { all in
        done = Result { () throws(SystemError) in try pipe.descriptor.writeAll(all) }
      }
      try done.get()
    }
  }

  /// To be called when there are jobs again after there was none.
  func wake() {
    if mayHold { busySince = MonotonicClock.now() }
  }

  func prepareForJob() -> Bool {
    if end.count > 0 && !isWatched { wakeWatch() }
    return !isBroken.load(ordering: .relaxed)
  }

  /// Takes a reply; it's written by ``flush()`` at the latest, or within two intervals of a job that is begun after
  /// ``prepareForJob()``.
  func append(_ payload: PiecedBytes, id: UInt64, isFailure: Bool, asOneOfSeveral: Bool) {
    let headerSize = asOneOfSeveral ? Records.lengthSize : Frame.headerSize
    let size = headerSize + payload.count
    // Several in one frame are together no larger than one may be.
    let capacity = asOneOfSeveral ? min(Self.capacity, frameLimit) : Self.capacity
    let fits = end.bytes + size <= capacity
    let continues =
      end.count == 0
      || (holdsResults == asOneOfSeveral && id == firstID &+ UInt64(end.count))
    if !fits || !continues { flush() }
    guard size <= capacity else {
      return writeLarge(payload, id: id, isFailure: isFailure)
    }
    if end.count == 0 {
      holdsResults = asOneOfSeveral
      firstID = id
    }
    let target = memory + end.bytes
    Self.writeHeader(
      payload.count, id: id, isFailure: isFailure, asOneOfSeveral: asOneOfSeveral, to: target)
    // Where kept arrays are, it isn't so small.
    payload.copied.withUnsafeBytes { source in
      if let start = source.baseAddress {
        (target + headerSize).copyMemory(from: start, byteCount: source.count)
      }
    }
    end.bytes += size
    end.count += 1
    published.store(end.word, ordering: .releasing)
    if mayHold { flushIfLate() } else { flush() }
  }

  private static func writeHeader(
    _ size: Int, id: UInt64, isFailure: Bool, asOneOfSeveral: Bool,
    to target: UnsafeMutableRawPointer
  ) {
    if asOneOfSeveral {
      let word = UInt32(truncatingIfNeeded: size) | (isFailure ? Frame.failureFlag : 0)
      target.storeBytes(of: word.littleEndian, as: UInt32.self)
    } else {
      Frame.writeHeader(isFailure ? .failure : .output, id: id, payloadSize: size, to: target)
    }
  }

  private func flushIfLate() {
    untilClock -= 1
    guard untilClock == 0 else { return }
    let now = MonotonicClock.now()
    let elapsed = now - busySince
    if elapsed >= Self.longestDelay {
      flush()
      busySince = now
      stride = 1
    } else {
      stride = elapsed < Self.longestDelay / 4 ? min(2 * stride, Self.longestStride) : 1
    }
    untilClock = stride
  }

  /// Writes everything.
  func flush() {
    guard end.count > 0 else { return }
    writes.wrappingAdd(1, ordering: .relaxed)
    written.withLock { written in
      write(&written, upTo: end)
      written.head = Mark()
      end = Mark()
      published.store(0, ordering: .relaxed)
      error = written.error
    }
    isWatched = false
  }

  /// A reply that doesn't fit into the buffer, which is empty.
  private func writeLarge(_ payload: PiecedBytes, id: UInt64, isFailure: Bool) {
    // Single, because then there's one header whichever way its job came.
    Frame.writeHeader(
      isFailure ? .failure : .output, id: id, payloadSize: payload.count, to: memory)
    var gathered = Frame.headerSize
    written.withLock { written in
      payload.forEachPiece { bytes, range in
        bytes.withUnsafeBytes { all in
          let piece = UnsafeRawBufferPointer(rebasing: all[range])
          if gathered + piece.count <= Self.capacity {
            UnsafeMutableRawBufferPointer(start: memory + gathered, count: piece.count)
              .copyMemory(from: piece)
            gathered += piece.count
          } else {
            send(UnsafeRawBufferPointer(start: memory, count: gathered), piece, &written)
            gathered = 0
          }
        }
      }
      send(UnsafeRawBufferPointer(start: memory, count: gathered), nil, &written)
      error = written.error
    }
  }

  // MARK: Writing

  private func write(_ written: inout Written, upTo end: Mark) {
    let head = written.head
    guard end.bytes > head.bytes else { return }
    let bytes = UnsafeRawBufferPointer(start: memory + head.bytes, count: end.bytes - head.bytes)
    if holdsResults {
      withUnsafeTemporaryAllocation(byteCount: Frame.headerSize, alignment: 8) { header in
        guard let start = header.baseAddress else { return }
        Frame.writeHeader(
          .results, id: firstID &+ UInt64(head.count), payloadSize: bytes.count, to: start)
        send(UnsafeRawBufferPointer(header), bytes, &written)
      }
    } else {
      send(bytes, nil, &written)
    }
    written.head = end
  }

  private func send(
    _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer?, _ written: inout Written
  ) {
    guard written.error == nil else { return }
    do throws(SystemError) {
      if let second {
        try pipe.descriptor.writeAll(first, second)
      } else {
        try pipe.descriptor.writeAll(first)
      }
    } catch {
      written.error = error
      isBroken.store(true, ordering: .relaxed)
    }
  }

  // MARK: The watch

  private func wakeWatch() {
    isWatched = true
    // The reply was published before this: either the watch sees it before it falls asleep, or it's seen asleep here.
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    switch WatchState(rawValue: watchState.load(ordering: .relaxed)) {
    case .awake: break
    case .asleep:
      watchState.store(WatchState.awake.rawValue, ordering: .relaxed)
      parker.unpark()
    case .impossible: flush()
    case .none?, .dismissed, nil: startWatch()
    }
  }

  private func startWatch() {
    watchState.store(WatchState.awake.rawValue, ordering: .relaxed)
    do throws(SystemError) {
      try DedicatedThread.start(named: "replies") { [self] in watch() }
    } catch {
      watchState.store(WatchState.impossible.rawValue, ordering: .relaxed)
      flush()
    }
  }

  /// The loop has ended: so does the watch.
  func close() {
    let state = watchState.exchange(WatchState.dismissed.rawValue, ordering: .acquiringAndReleasing)
    if state == WatchState.asleep.rawValue { parker.unpark() }
  }

  private var isDismissed: Bool {
    watchState.load(ordering: .relaxed) == WatchState.dismissed.rawValue
  }

  private func watch() {
    while !isDismissed {
      var idle = 0
      var writesSeen = -1
      while idle < Self.watchPatience, !isDismissed {
        MonotonicClock.sleep(Self.watchInterval)
        if published.load(ordering: .relaxed) == 0 {
          idle += 1
          continue
        }
        idle = 0
        let writesNow = writes.load(ordering: .relaxed)
        if writesNow == writesSeen { writePublished() }
        writesSeen = writesNow
      }
      fallAsleep()
    }
  }

  private func fallAsleep() {
    guard changeState(from: .awake, to: .asleep) else { return }
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    // If not, the loop has seen it asleep meanwhile, and woken it.
    if published.load(ordering: .relaxed) != 0, changeState(from: .asleep, to: .awake) { return }
    parker.park()
    // The loop's call may have been for the time before: then it's awake without having been told so.
    _ = changeState(from: .asleep, to: .awake)
  }

  private func changeState(from state: WatchState, to next: WatchState) -> Bool {
    watchState.compareExchange(
      expected: state.rawValue, desired: next.rawValue, ordering: .relaxed
    ).exchanged
  }

  private func writePublished() {
    written.withLock { written in
      write(&written, upTo: Mark(published.load(ordering: .acquiring)))
    }
  }
}
