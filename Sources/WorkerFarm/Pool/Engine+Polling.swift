import Glibc

/// Where the engine sleeps.
extension Engine {
  private enum Source {
    case mailbox
    case output(WorkerID)
    case error(WorkerID)
    case input(WorkerID)
    case process(WorkerID)
  }

  /// Waits for the first of: a letter, a worker's word or end, room in a pipe, a deadline.
  func waitForEvents() {
    var sources: [Source] = [.mailbox]
    var entries = [Self.entry(mailbox.wakeUpDescriptor, POLLIN)]
    for id in links.indices {
      guard let link = links[id] else { continue }
      func watch(_ source: Source, _ descriptor: Int32, _ events: Int32) {
        sources.append(source)
        entries.append(Self.entry(descriptor, events))
      }
      if link.outputIsOpen { watch(.output(id), link.output.number, POLLIN) }
      if link.errorIsOpen { watch(.error(id), link.error.number, POLLIN) }
      if link.hasOutgoing, let input = link.inputNumber { watch(.input(id), input, POLLOUT) }
      // After the pipes: what a worker said before its end is read before its end is seen.
      watch(.process(id), link.body.endDescriptor, POLLIN)
    }
    poll(&entries)
    for (source, entry) in zip(sources, entries) where entry.revents != 0 { handle(source) }
  }

  private func poll(_ entries: inout [pollfd]) {
    guard mailbox.mayFallAsleep() else {
      _ = Glibc.poll(&entries, nfds_t(entries.count), 0)
      return
    }
    // EINTR is as good as any other reason to look again; ENOMEM passes.
    _ = Glibc.poll(&entries, nfds_t(entries.count), timeout())
    mailbox.hasWokenUp()
  }

  /// Milliseconds until the next deadline, rounded up so that it has passed by then; -1 for no deadline.
  private func timeout() -> Int32 {
    var deadline = scheduler.nextDeadline ?? .max
    if watchesMemory { deadline = min(deadline, nextLook) }
    guard deadline < .max else { return -1 }
    let now = MonotonicClock.now()
    guard deadline > now else { return 0 }
    return Int32(clamping: (deadline - now) / 1_000_000 + 1)
  }

  private func handle(_ source: Source) {
    switch source {
    case .mailbox: break
    case .output(let id): outputReadable(id)
    case .error(let id): links[id]?.drainError()
    case .input(let id): if let link = links[id] { flush(link, id) }
    case .process(let id): processEnded(id)
    }
  }

  private static func entry(_ descriptor: Int32, _ events: Int32) -> pollfd {
    pollfd(fd: descriptor, events: Int16(events), revents: 0)
  }
}
