import Glibc

/// Somebody who waits for another thread: a task, which gives its thread back meanwhile, or a thread.
enum Waiter: Sendable {
  case task(CheckedContinuation<Void, Never>)
  case thread(ThreadParker)
  /// A thread that drives the engine, and sleeps in its `poll`.
  case poller(EngineSeat)

  /// Called exactly once.
  func wake() {
    switch self {
    case .task(let continuation): continuation.resume()
    case .thread(let parker): parker.unpark()
    case .poller(let seat): seat.wakeLeader()
    }
  }
}

/// Lets one thread sleep until another calls ``unpark()``, before or after it fell asleep.
@usableFromInline
final class ThreadParker: @unchecked Sendable {
  // Sendable because every access to the state is under the mutex, which lives as long as the object
  // at an address that never changes.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var isUnparked = false

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Sleeps until unparked; the next call sleeps again.
  func park() {
    pthread_mutex_lock(mutex)
    while !isUnparked { pthread_cond_wait(condition, mutex) }
    isUnparked = false
    pthread_mutex_unlock(mutex)
  }

  func unpark() {
    pthread_mutex_lock(mutex)
    isUnparked = true
    pthread_cond_signal(condition)
    pthread_mutex_unlock(mutex)
  }
}
