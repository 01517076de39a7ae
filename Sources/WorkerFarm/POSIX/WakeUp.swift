import CPosix
import Glibc

/// Ends another thread's `poll`: an eventfd.
///
/// Safe to call from any thread.
struct WakeUp: ~Copyable, Sendable {
  let descriptor: Descriptor

  init() throws(SystemError) {
    let event = Descriptor(owning: try retryingInterrupts("eventfd") { farm_eventfd() })
    descriptor = try event.movedAway()
  }

  func signal() {
    var one: UInt64 = 1
    // Fails only with EAGAIN when the counter is full: then the reader is woken already. EINTR, which no kernel
    // gives here so far, would be a wake-up lost for ever.
    while Glibc.write(descriptor.number, &one, 8) == -1 && errno == EINTR {}
  }

  func clear() {
    var count: UInt64 = 0
    while Glibc.read(descriptor.number, &count, 8) == -1 && errno == EINTR {}
  }
}
