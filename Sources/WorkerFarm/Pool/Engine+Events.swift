import Glibc

/// What the engine waits for, and what it does about it.
extension Engine {
  /// Workers' words and ends, and room in their pipes.
  func addSources(to watch: inout PollSet) {
    for id in links.indices {
      guard let link = links[id] else { continue }
      if link.outputIsOpen { watch.add(.output(id), link.output.number, POLLIN) }
      if link.errorIsOpen { watch.add(.error(id), link.error.number, POLLIN) }
      if link.hasOutgoing, let input = link.inputNumber { watch.add(.input(id), input, POLLOUT) }
      // After the pipes: what a worker said before its end is read before its end is seen.
      watch.add(.process(id), link.body.endDescriptor, POLLIN)
    }
  }

  /// When the next turn is due though nothing happens.
  var nextDeadline: Nanoseconds? {
    var deadline = scheduler.nextDeadline
    if watchesMemory { deadline = min(deadline ?? .max, nextLook) }
    return deadline
  }

  /// Nothing here depends on what was true when the set was made: another may have driven the engine meanwhile.
  func handle(_ watch: PollSet) {
    watch.forEachReady { source in
      switch source {
      case .mailbox: break
      case .output(let id): outputReadable(id)
      case .error(let id): links[id]?.drainError()
      case .input(let id): if let link = links[id] { flush(link, id) }
      case .process(let id): processEnded(id)
      }
    }
  }

  // MARK: Callers who drive

  /// Whether a caller may drive the engine to wait for this call: nothing else is going on, and there's a worker for it.
  ///
  /// - Parameter channel: the call's; nil for one that has none yet.
  func mayBeLed(for channel: StreamChannel?) -> Bool {
    // Observers count on the pool's own thread.
    streams.values.allSatisfy { $0.channel === channel } && observers.isEmpty
      && configuration.standardErrorHandler == nil && mayGoOnLed
      && scheduler.workers.contains { $0.phase == .ready }
  }

  /// Whether everything that is to be done can be done by a caller.
  var mayGoOnLed: Bool {
    deferredStarts.isEmpty && error == nil && !scheduler.isClosing
  }

  /// Nothing is under way.
  var isIdle: Bool { streams.isEmpty && deferredStarts.isEmpty && error == nil }
}
