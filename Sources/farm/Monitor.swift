import Glibc

/// A value that threads share and wait on.
///
/// `@unchecked Sendable`: the value is touched only with the mutex held.
final class Monitor<Value>: @unchecked Sendable {
  /// Whom a change may concern; each waits on a condition of its own, so that nobody is woken for another.
  ///
  /// `@unchecked Sendable`: a condition variable is made for several threads.
  struct Condition: ~Copyable, @unchecked Sendable {
    fileprivate let raw = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() { pthread_cond_init(raw, nil) }

    deinit {
      pthread_cond_destroy(raw)
      raw.deallocate()
    }

    func signal() { pthread_cond_signal(raw) }
  }

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var value: Value

  init(_ value: Value) {
    self.value = value
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  func withLock<R>(_ body: (inout Value) -> R) -> R {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body(&value)
  }

  /// Asks again after each signal until there's an answer.
  func wait<R>(on condition: borrowing Condition, for answer: (inout Value) -> R?) -> R {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let answer = answer(&value) { return answer }
      pthread_cond_wait(condition.raw, mutex)
    }
  }
}
