// What a worker gives up: Landlock, a system-call filter, limits. Each function is one step of it; failures
// are -1 and errno.
#pragma once

#include <stdint.h>

// The kernel's version of Landlock, from 1; 0 if there's none, with errno.
int farm_landlock_abi(void);
// A set of rules under which nothing of what the version governs is allowed: a descriptor.
int farm_landlock_create(int abi);
// Allows reading below what a descriptor is open for, or also writing.
int farm_landlock_allow(int rules, int abi, int descriptor, int may_write);
// For this thread and all that it starts. Needs farm_forbid_new_privileges.
int farm_landlock_enforce(int rules);
// O_PATH, for the flags of `open`, is a GNU extension.
extern const int farm_o_path;

// 1 if the kernel has filters that refuse by an errno value.
int farm_has_call_filter(void);
// Leaves all threads the calls that a computation needs, and those on files if it may have any. For ever.
// Needs farm_forbid_new_privileges.
int farm_filter_calls(int with_files);

int farm_forbid_new_privileges(void);
// Other processes of the user can't look into this one, and it leaves no core.
int farm_forbid_inspection(void);
// Of root's powers only those over files that belong to others.
int farm_drop_capabilities(void);
// 1 if no other thread shares the memory.
int farm_is_single_threaded(void);

typedef enum {
  FARM_LIMIT_DATA,        // private writable memory, in bytes
  FARM_LIMIT_CPU,         // seconds; a signal of its own (SIGXCPU) comes first
  FARM_LIMIT_FILE_SIZE,   // bytes; SIGXFSZ
  FARM_LIMIT_DESCRIPTORS, // one more than the highest number
  FARM_LIMIT_PROCESSES,   // of the user, threads included
  FARM_LIMIT_CORE,        // bytes
} farm_limit;
// Never raises one.
int farm_lower_limit(farm_limit limit, uint64_t value);
