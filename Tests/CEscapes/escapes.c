#define _GNU_SOURCE
#include "attempt.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>

// What must go on in every sandbox.

static void *nothing(void *argument) { return argument; }
ATTEMPT(start_thread) {
  UNUSED;
  pthread_t thread;
  errno = pthread_create(&thread, NULL, nothing, NULL);
  return errno == 0 ? pthread_join(thread, NULL) : -1;
}

ATTEMPT(sleep_a_while) {
  UNUSED;
  struct timespec time = {0, 300000000};
  // Not again after an interruption: a stop and a continuation are none.
  return clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL) == 0 ? 0 : -1;
}
ATTEMPT(read_limit) {
  UNUSED;
  struct rlimit limit;
  return getrlimit(RLIMIT_NOFILE, &limit);
}
ATTEMPT(signal_self) { UNUSED; return kill(getpid(), 0); }

const struct entry honest_attempts[] = {
    {"startThread", start_thread}, {"sleep", sleep_a_while}, {"readLimit", read_limit},
    {"signalSelf", signal_self},
    {NULL, NULL},
};

static const struct entry *const all[] = {
    attempts_on_files, attempts_on_processes, attempts_on_kernel, honest_attempts};

const char *escape_name(int index, int is_about_files) {
  if (is_about_files) {
    for (int i = 0; i < index; i++)
      if (attempts_on_files[i].name == NULL) return NULL;
    return attempts_on_files[index].name;
  }
  for (int list = 1; list <= 2; list++)
    for (const struct entry *entry = all[list]; entry->name != NULL; entry++)
      if (index-- == 0) return entry->name;
  return NULL;
}

int escape_attempt(const char *name, const char *path, const char *other) {
  for (int list = 0; list < 4; list++)
    for (const struct entry *entry = all[list]; entry->name != NULL; entry++) {
      if (strcmp(entry->name, name) != 0) continue;
      errno = 0;
      return entry->attempt(path, other) == 0 ? 0 : errno != 0 ? errno : EINVAL;
    }
  return -1;
}

int escape_make_fail(const char *call, int code) {
  unsigned number = strcmp(call, "landlock") == 0 ? 444 : SYS_seccomp;
  struct sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)code),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog filter = {sizeof program / sizeof *program, program};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0 ? 0 : errno;
}

void escape_foreign_call(void) {
#if defined(__x86_64__)
  long result;
  // getpid of i386.
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory");
#else
  kill(getpid(), SIGSYS); // there's no such way here
#endif
}
