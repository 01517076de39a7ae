#include "include/CFuzz.h"

#include <sanitizer/allocator_interface.h>
#include <stdlib.h>

// libFuzzer runs a target on one thread; its own watch thread allocates next to nothing, and an error of a few
// bytes doesn't matter.
static size_t current, peak;

static void allocated(const volatile void *memory, size_t count) {
  (void)memory;
  current += count;
  if (current > peak) peak = current;
}

static void freed(const volatile void *memory) {
  if (memory == NULL) return;
  size_t count = __sanitizer_get_allocated_size(memory);
  // What was there before the watch began goes as well.
  current -= count < current ? count : current;
}

void fuzz_memory_watch(void) {
  if (__sanitizer_install_malloc_and_free_hooks(allocated, freed) == 0) abort();
}

size_t fuzz_memory_current(void) { return current; }
size_t fuzz_memory_peak(void) { return peak; }
void fuzz_memory_restart(void) { peak = current; }
