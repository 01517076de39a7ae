#define _GNU_SOURCE
#include "CPosix.h"
#include "sanitized.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

int farm_pipe2(int descriptors[2], int flags) { return pipe2(descriptors, flags); }

int farm_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int farm_memfd_create(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

// By number: glibc has had a wrapper only since 2.36.
int farm_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

const int farm_o_tmpfile = O_TMPFILE;

const int farm_spawn_setsid = POSIX_SPAWN_SETSID;

int farm_duplicate_above(int descriptor, int lowest) {
  int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, lowest);
  // So it says where the limit is below `lowest`; to a person that's one thing: too many open files.
  if (copy < 0 && errno == EINVAL) errno = EMFILE;
  return copy;
}

int farm_set_nonblocking(int descriptor) {
  int flags = fcntl(descriptor, F_GETFL);
  return flags < 0 ? -1 : fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}

int farm_set_pipe_size(int descriptor, int bytes) {
  return fcntl(descriptor, F_SETPIPE_SZ, bytes);
}

// Since Linux 6.18; Debian's headers are older.
#ifndef RWF_NOSIGNAL
#define RWF_NOSIGNAL 0x00000100
#endif

static ssize_t write_with_signal_blocked(int descriptor, const struct iovec *parts, int count) {
  sigset_t pipe_signal, before, pending;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  // Who has it blocked anyway, as a pool's own thread has, needs no more.
  if (sigismember(&before, SIGPIPE)) return writev(descriptor, parts, count);
  // One that was pending before isn't ours to take.
  int was_pending = sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE);
  ssize_t written = writev(descriptor, parts, count);
  int error = errno;
  if (written < 0 && error == EPIPE && !was_pending) {
    struct timespec none = {0, 0};
    sigtimedwait(&pipe_signal, NULL, &none);
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  errno = error;
  return written;
}

ssize_t farm_write_quietly(
    int descriptor, const void *first, size_t first_count, const void *second, size_t second_count) {
  struct iovec parts[2] = {
      {.iov_base = (void *)first, .iov_len = first_count},
      {.iov_base = (void *)second, .iov_len = second_count},
  };
  int count = second_count > 0 ? 2 : 1;
  static atomic_int is_unknown;
  if (!atomic_load_explicit(&is_unknown, memory_order_relaxed)) {
    ssize_t written = pwritev2(descriptor, parts, count, -1, RWF_NOSIGNAL);
    if (written >= 0 || (errno != EOPNOTSUPP && errno != EINVAL && errno != ENOSYS)) return written;
    atomic_store_explicit(&is_unknown, 1, memory_order_relaxed);
  }
  return write_with_signal_blocked(descriptor, parts, count);
}

int farm_spawn_close_from(posix_spawn_file_actions_t *actions, int lowest) {
  return posix_spawn_file_actions_addclosefrom_np(actions, lowest);
}

int farm_spawn_change_directory(posix_spawn_file_actions_t *actions, const char *path) {
  return posix_spawn_file_actions_addchdir_np(actions, path);
}

int farm_add_niceness(pid_t id, int difference) {
  errno = 0;
  int now = getpriority(PRIO_PROCESS, (id_t)id);
  if (now == -1 && errno != 0) return -1;
  return setpriority(PRIO_PROCESS, (id_t)id, now + difference);
}

int farm_set_affinity(pid_t id, const int32_t *processors, size_t count) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (size_t i = 0; i < count; i++) {
    if (processors[i] >= 0 && processors[i] < CPU_SETSIZE) CPU_SET(processors[i], &set);
  }
  return sched_setaffinity(id, sizeof set, &set);
}

static _Thread_local int64_t thread_allowance = -1;

void farm_set_thread_allowance(int64_t bytes) { thread_allowance = bytes; }

int64_t farm_thread_allowance(void) { return thread_allowance; }

int farm_wait(pid_t pid, int reap, farm_wait_result *result) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  int options = WEXITED | WNOHANG | (reap ? 0 : WNOWAIT);
  if (waitid(P_PID, (id_t)pid, &info, options) != 0) return -1;
  result->code = info.si_pid == 0 ? 0 : info.si_code;
  result->status = info.si_pid == 0 ? 0 : info.si_status;
  return 0;
}

int farm_set_parent_death_signal(int signal_number) {
  return prctl(PR_SET_PDEATHSIG, signal_number);
}

int farm_disable_core_dumps(void) {
  struct rlimit none = {0, 0};
  return setrlimit(RLIMIT_CORE, &none);
}

static volatile sig_atomic_t fatal_signal;
static uint32_t fatal_grace;

static void arm_timer(int signal_number) {
  fatal_signal = signal_number;
  struct itimerval timer = {{0, 0}, {fatal_grace / 1000000, fatal_grace % 1000000}};
  setitimer(ITIMER_REAL, &timer, NULL);
}

static void die_by_signal(int alarm) {
  (void)alarm;
  signal(fatal_signal, SIG_DFL);
  raise(fatal_signal);
}

// The job that runs gets the grace to end in order: a file that is half renamed stays whole.
int farm_die_later_on(int signal_number, uint32_t grace_microseconds) {
  struct sigaction first, last;
  memset(&first, 0, sizeof first);
  memset(&last, 0, sizeof last);
  fatal_grace = grace_microseconds;
  first.sa_handler = arm_timer;
  first.sa_flags = SA_RESTART;
  last.sa_handler = die_by_signal;
  if (sigaction(SIGALRM, &last, NULL) != 0) return -1;
  return sigaction(signal_number, &first, NULL);
}

int farm_affinity_count(void) {
  // 1,024 processors is cpu_set_t's size; a larger machine answers EINVAL and gets a larger set.
  for (size_t processors = 1024; processors <= 1u << 20; processors *= 4) {
    cpu_set_t *set = CPU_ALLOC(processors);
    if (set == NULL) return -1;
    size_t bytes = CPU_ALLOC_SIZE(processors);
    int failed = sched_getaffinity(0, bytes, set);
    int count = failed ? -1 : CPU_COUNT_S(bytes, set);
    CPU_FREE(set);
    if (!failed || errno != EINVAL) return count;
  }
  return -1;
}

void farm_store_release(void *address, uint64_t value) {
  atomic_store_explicit((_Atomic uint64_t *)address, value, memory_order_release);
}

uint64_t farm_load_acquire(const void *address) {
  return atomic_load_explicit((const _Atomic uint64_t *)address, memory_order_acquire);
}

void farm_name_thread(const char *name) {
  char shortened[16] = {0};
  strncpy(shortened, name, sizeof shortened - 1);
  pthread_setname_np(pthread_self(), shortened);
}

void farm_line_buffer_stdout(void) { setvbuf(stdout, NULL, _IOLBF, 0); }

int farm_terminal_columns(int descriptor) {
  struct winsize size;
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : -1;
}

int farm_unread_bytes(int descriptor) {
  int count = 0;
  return ioctl(descriptor, FIONREAD, &count) == 0 ? count : -1;
}

int farm_signal_is_ignored(int signal_number) {
  struct sigaction action;
  return sigaction(signal_number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

int farm_limit_memory(pid_t pid, uint64_t bytes) {
  if (IS_SANITIZED) return 0;
  struct rlimit limit = {bytes, bytes};
  return prlimit(pid, RLIMIT_DATA, &limit, NULL);
}
