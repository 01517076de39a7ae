#define _GNU_SOURCE
#include "attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

ATTEMPT(map_code) {
  UNUSED;
  return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
                 MAP_FAILED ? -1 : 0;
}
ATTEMPT(turn_into_code) {
  UNUSED;
  void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return page == MAP_FAILED ? -1 : mprotect(page, 4096, PROT_READ | PROT_EXEC);
}
ATTEMPT(turn_into_code_by_key) {
  UNUSED;
  void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return syscall(SYS_pkey_mprotect, page, 4096, PROT_READ | PROT_EXEC, -1);
}
ATTEMPT(imply_code) { UNUSED; return personality(READ_IMPLIES_EXEC) < 0 ? -1 : 0; }
ATTEMPT(memory_file) { UNUSED; return made(memfd_create("x", MFD_CLOEXEC)); }
ATTEMPT(handle_faults) { UNUSED; return made((int)syscall(SYS_userfaultfd, O_CLOEXEC)); }
// A quarter of a GiB that is really used.
ATTEMPT(take_memory) {
  UNUSED;
  size_t size = 256 << 20;
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return -1;
  memset(memory, 1, size);
  return munmap(memory, size);
}
ATTEMPT(take_descriptors) {
  UNUSED;
  int taken[200], count = 0, last = 0;
  while (count < 200 && (last = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)) >= 0)
    taken[count++] = last;
  int code = errno;
  while (count > 0) close(taken[--count]);
  errno = code;
  return last < 0 ? -1 : 0;
}

// MARK: - The kernel

static long set_limit(int resource, rlim_t value) {
  struct rlimit limit = {value, value};
  return setrlimit(resource, &limit);
}
// Of those that every sandbox lowers, for root and, in the old way, by number.
ATTEMPT(raise_limit) { UNUSED; return set_limit(RLIMIT_CORE, 1 << 20); }
ATTEMPT(raise_limit_old) {
  UNUSED;
  struct rlimit limit = {4096, 4096};
  return syscall(SYS_setrlimit, RLIMIT_NOFILE, &limit);
}
ATTEMPT(limit_parent) {
  UNUSED;
  struct rlimit limit;
  return prlimit(getppid(), RLIMIT_CORE, NULL, &limit);
}
ATTEMPT(new_namespace) { UNUSED; return unshare(CLONE_NEWUSER); }
ATTEMPT(ask_ring) {
  UNUSED;
  char parameters[256] = {0};
  return made((int)syscall(425, 1, parameters));
}
ATTEMPT(add_key_of_own) {
  UNUSED;
  return syscall(SYS_add_key, "user", "farm-escape", "x", 1, -2 /* the process's own ring */) < 0
             ? -1 : 0;
}
ATTEMPT(ask_keys) { UNUSED; return syscall(SYS_keyctl, 0, -3, 1) < 0 ? -1 : 0; }
ATTEMPT(load_program) {
  UNUSED;
  char attributes[128] = {0};
  return syscall(SYS_bpf, 0, attributes, sizeof attributes) < 0 ? -1 : 0;
}
ATTEMPT(count_events) {
  UNUSED;
  char attributes[128] = {1, 0, 0, 0, 112};
  return made((int)syscall(SYS_perf_event_open, attributes, 0, -1, -1, 0));
}
ATTEMPT(be_inspected) { UNUSED; return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); }
ATTEMPT(outlive_parent) { UNUSED; return prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0); }
ATTEMPT(leave_group) { UNUSED; return setsid() < 0 ? -1 : 0; }

const struct entry attempts_on_kernel[] = {
    {"mapCode", map_code}, {"turnIntoCode", turn_into_code},
    {"turnIntoCodeByKey", turn_into_code_by_key}, {"implyCode", imply_code},
    {"memoryFile", memory_file}, {"handleFaults", handle_faults}, {"takeMemory", take_memory},
    {"takeDescriptors", take_descriptors},
    {"raiseLimit", raise_limit}, {"raiseLimitOld", raise_limit_old},
    {"limitParent", limit_parent}, {"newNamespace", new_namespace}, {"askRing", ask_ring},
    {"addKey", add_key_of_own}, {"askKeys", ask_keys}, {"loadProgram", load_program},
    {"countEvents", count_events}, {"beInspected", be_inspected},
    {"outliveParent", outlive_parent}, {"leaveGroup", leave_group},
    {NULL, NULL},
};
