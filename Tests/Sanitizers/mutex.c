// Tells ThreadSanitizer of Swift's Mutex.
//
// What a Mutex does when nobody else wants it is compiled into its user and so is seen. When somebody does, it calls
// two functions of libswiftSynchronization, which isn't instrumented: an unlocking and the locking that waited for it
// look unrelated, and everything under the lock like a race. The linker puts these in their place (--wrap), and
// each calls the one that it stands for. Should a later Swift call them otherwise, the false reports come back.
#include <stdint.h>

// From <sanitizer/tsan_interface.h>; the sanitizer knows a lock by the address of its word.
void __tsan_acquire(void *address);
void __tsan_release(void *address);

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void real_lock_slow(uint32_t thread, SELF void *mutex) __asm__("__real_" LOCK_SLOW);
SWIFT void real_unlock_slow(SELF void *mutex) __asm__("__real_" UNLOCK_SLOW);
SWIFT void lock_slow(uint32_t thread, SELF void *mutex) __asm__("__wrap_" LOCK_SLOW);
SWIFT void unlock_slow(SELF void *mutex) __asm__("__wrap_" UNLOCK_SLOW);

SWIFT void lock_slow(uint32_t thread, SELF void *mutex) {
  real_lock_slow(thread, mutex);
  __tsan_acquire(mutex);
}

SWIFT void unlock_slow(SELF void *mutex) {
  __tsan_release(mutex);
  real_unlock_slow(mutex);
}
