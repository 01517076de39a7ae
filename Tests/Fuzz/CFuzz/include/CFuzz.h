// What a fuzz target needs from libFuzzer and from the sanitizer's allocator.
#pragma once

#include <stddef.h>
#include <stdint.h>

// libFuzzer's own main: runs `target` as its arguments say, and returns the exit status.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*target)(const uint8_t *bytes, size_t count));

// Counts every allocation of the process from now on; called once.
void fuzz_memory_watch(void);
// Bytes that are allocated now.
size_t fuzz_memory_current(void);
// The most that was allocated at any moment since the last call of fuzz_memory_restart.
size_t fuzz_memory_peak(void);
void fuzz_memory_restart(void);
