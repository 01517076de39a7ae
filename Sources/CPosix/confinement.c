#define _GNU_SOURCE
#include "CPosixSandbox.h"
#include "sanitized.h"

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int farm_forbid_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

int farm_forbid_inspection(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

int farm_drop_capabilities(void) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct sets[2];
  if (syscall(SYS_capget, &header, sets) != 0) return -1;
  // With less, root could no longer read and write where root reads and writes today.
  uint32_t kept = sets[0].permitted &
                  (1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH | 1u << CAP_FOWNER);
  sets[0] = (struct __user_cap_data_struct){kept, kept, 0};
  sets[1] = (struct __user_cap_data_struct){0, 0, 0};
  return (int)syscall(SYS_capset, &header, sets);
}

// Asking to share nothing with other threads changes nothing where there's none, and is refused where there is.
int farm_is_single_threaded(void) { return unshare(CLONE_THREAD) == 0; }

static int resource_of(farm_limit limit) {
  switch (limit) {
  case FARM_LIMIT_DATA: return RLIMIT_DATA;
  case FARM_LIMIT_CPU: return RLIMIT_CPU;
  case FARM_LIMIT_FILE_SIZE: return RLIMIT_FSIZE;
  case FARM_LIMIT_DESCRIPTORS: return RLIMIT_NOFILE;
  case FARM_LIMIT_PROCESSES: return RLIMIT_NPROC;
  case FARM_LIMIT_CORE: return RLIMIT_CORE;
  }
  return -1;
}

int farm_lower_limit(farm_limit limit, uint64_t value) {
  if (IS_SANITIZED && limit == FARM_LIMIT_DATA) return 0;
  int resource = resource_of(limit);
  struct rlimit present;
  if (getrlimit(resource, &present) != 0) return -1;
  if (present.rlim_cur > value) present.rlim_cur = value;
  // At the hard limit of processor time there is no SIGXCPU any more but SIGKILL, which says nothing.
  uint64_t hardest = limit == FARM_LIMIT_CPU && value < RLIM_INFINITY ? value + 1 : value;
  if (present.rlim_max > hardest) present.rlim_max = hardest;
  return setrlimit(resource, &present);
}
