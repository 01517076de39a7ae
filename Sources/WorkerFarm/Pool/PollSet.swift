import Glibc

/// What to wait for, and until when.
struct PollSet {
  enum Source {
    /// A letter; for a caller who drives the engine, word that his outcome is there.
    case mailbox
    case output(WorkerID)
    case error(WorkerID)
    case input(WorkerID)
    case process(WorkerID)
  }

  private var sources: [Source] = []
  private var entries: [pollfd] = []
  /// nil for as long as it takes.
  var deadline: Nanoseconds?

  mutating func removeAll() {
    sources.removeAll(keepingCapacity: true)
    entries.removeAll(keepingCapacity: true)
  }

  mutating func add(_ source: Source, _ descriptor: Int32, _ events: Int32) {
    sources.append(source)
    entries.append(pollfd(fd: descriptor, events: Int16(events), revents: 0))
  }

  /// Waits for the first of them.
  ///
  /// - Parameter isPatient: false only to look.
  /// - Returns: whether the mailbox was rung.
  mutating func sleep(isPatient: Bool = true) -> Bool {
    // EINTR is as good as any other reason to look again; ENOMEM passes.
    let count = poll(&entries, nfds_t(entries.count), isPatient ? timeout : 0)
    if count <= 0 { for index in entries.indices { entries[index].revents = 0 } }
    return entries.first.map { $0.revents != 0 } ?? false
  }

  /// What happened, in the order of adding.
  func forEachReady(_ body: (Source) -> Void) {
    for (source, entry) in zip(sources, entries) where entry.revents != 0 { body(source) }
  }

  /// Milliseconds until the deadline, rounded up so that it has passed by then; -1 for no deadline.
  private var timeout: Int32 {
    guard let deadline else { return -1 }
    let now = MonotonicClock.now()
    guard deadline > now else { return 0 }
    return Int32(clamping: (deadline - now) / 1_000_000 + 1)
  }
}
