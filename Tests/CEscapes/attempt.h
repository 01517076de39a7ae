// What the attempts have in common.
#pragma once

#include "CEscapes.h"

#include <unistd.h>

struct entry {
  const char *name;
  // 0, or -1 and errno.
  long (*attempt)(const char *path, const char *other);
};

// The last has no name.
extern const struct entry attempts_on_files[], attempts_on_processes[], attempts_on_kernel[],
    honest_attempts[];

#define ATTEMPT(name) static long name(const char *path, const char *other)
#define UNUSED (void)path, (void)other

// Whether a call that gives a descriptor gave one.
static inline long made(int descriptor) {
  if (descriptor >= 0) close(descriptor);
  return descriptor < 0 ? -1 : 0;
}
