#define _GNU_SOURCE
#include "CPosixSandbox.h"
#include "filter_program.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// An allow-list of system calls as a program for the kernel's filter machine.
//
// What isn't on it fails with EPERM: a library that tries something which it can do without goes on, and a
// picture isn't lost for it. What an intruder tries fails just the same, and nothing that is refused here
// has to be detected. Only calls of a foreign architecture, which no honest program makes, kill.

#if defined(__x86_64__)
enum { ARCHITECTURE = AUDIT_ARCH_X86_64 };
#elif defined(__aarch64__)
enum { ARCHITECTURE = AUDIT_ARCH_AARCH64 };
#else
enum { ARCHITECTURE = 0 }; // no filter; farm_has_call_filter says so
#endif

// Memory, threads, time, signals to oneself, and bytes through descriptors that are open already.
static const int computing[] = {
    SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_close, SYS_fstat, SYS_lseek, SYS_pread64,
    SYS_pwrite64, SYS_dup, SYS_dup3, SYS_ppoll,
    SYS_brk, SYS_munmap, SYS_mremap, SYS_madvise,
    SYS_futex, SYS_set_robust_list, SYS_rseq, SYS_membarrier, SYS_sched_yield,
    SYS_sched_getaffinity, SYS_getcpu, SYS_getrandom,
    SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep, SYS_gettimeofday, SYS_nanosleep,
    SYS_setitimer, SYS_getitimer, SYS_times, SYS_getrusage, SYS_sysinfo,
    SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_rt_sigsuspend, SYS_sigaltstack,
    // Without it a process that was stopped in a system call couldn't go on.
    SYS_restart_syscall,
    SYS_getpid, SYS_gettid, SYS_getppid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid,
    SYS_exit, SYS_exit_group,
#ifdef SYS_poll
    SYS_poll, SYS_dup2, SYS_pause, SYS_alarm, SYS_getrlimit, SYS_time,
#endif
};

// Calls on files by their names, which Landlock judges where they open or change anything; or on descriptors
// that it has judged.
static const int filing[] = {
    SYS_openat, SYS_newfstatat, SYS_statx, SYS_faccessat, SYS_readlinkat, SYS_getdents64,
    SYS_getcwd, SYS_mkdirat, SYS_linkat, SYS_unlinkat, SYS_renameat2, SYS_ftruncate,
    SYS_fallocate, SYS_fsync, SYS_fdatasync, SYS_fadvise64, SYS_statfs, SYS_fstatfs, SYS_umask,
#ifdef SYS_renameat
    SYS_renameat,
#endif
#ifdef SYS_open
    SYS_open, SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_mkdir, SYS_link, SYS_unlink,
    SYS_rename,
#endif
};

// The first of the calls that have been added since 2019, with one number for all architectures.
enum { FIRST_NEW_CALL = 424 };

// No memory that can be both filled and run, nor run at all: the code is what was there at the start.
static void allow_memory_without_code(struct program *program) {
  const int calls[] = {SYS_mmap, SYS_mprotect};
  for (int i = 0; i < 2; i++) {
    unsigned short start = begin_call(program, calls[i]);
    load_masked(program, 2, PROT_EXEC);
    require(program, 0);
    end_call(program, start);
  }
}

// Threads with all that glibc's threads have in common, so no processes and no namespaces. It asks by clone
// once clone3, whose flags a filter can't see, is unknown.
static void allow_threads(struct program *program) {
  const unsigned common = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
  const unsigned harmless =
      CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
  unsigned short start = begin_call(program, SYS_clone);
  load_masked(program, 0, ~harmless);
  require(program, common);
  end_call(program, start);
}

// raise and abort, and nobody else.
static void allow_signals_to(struct program *program, pid_t self) {
  const int calls[] = {SYS_kill, SYS_tgkill};
  for (int i = 0; i < 2; i++) {
    unsigned short start = begin_call(program, calls[i]);
    require_int(program, 0, (unsigned)self);
    end_call(program, start);
  }
}

// Limits are read, never set: root could raise them again.
static void allow_limits_of(struct program *program, pid_t self) {
  unsigned short start = begin_call(program, SYS_prlimit64);
  load(program, lower_half(0));
  require_either(program, 0, (unsigned)self);
  require_null(program, 2);
  end_call(program, start);
}

// Not the ones that make the kernel send signals to a process of one's choice (F_SETOWN, F_SETSIG).
static void allow_descriptor_flags(struct program *program) {
  unsigned short start = begin_call(program, SYS_fcntl);
  load(program, lower_half(1));
  add(program, BPF_JMP | BPF_JGT | BPF_K, F_SETLKW, 0, 2);
  add(program, BPF_JMP | BPF_JEQ | BPF_K, F_DUPFD_CLOEXEC, 1, 0);
  give(program, REFUSE);
  end_call(program, start);
}

static void allow_thread_names(struct program *program) {
  unsigned short start = begin_call(program, SYS_prctl);
  require_int(program, 0, PR_SET_NAME);
  end_call(program, start);
}

// By name it could be any file's: Landlock doesn't judge it.
static void allow_times_of_open_files(struct program *program) {
  unsigned short start = begin_call(program, SYS_utimensat);
  require_null(program, 1);
  end_call(program, start);
}

static void write_program(struct program *program, int with_files) {
  load(program, offsetof(struct seccomp_data, arch));
  add(program, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
  give(program, SECCOMP_RET_KILL_PROCESS);
  load(program, offsetof(struct seccomp_data, nr));
  allow(program, computing, sizeof computing / sizeof *computing);
  if (with_files) allow(program, filing, sizeof filing / sizeof *filing);
  allow_memory_without_code(program);
  allow_threads(program);
  allow_signals_to(program, getpid());
  allow_limits_of(program, getpid());
  allow_descriptor_flags(program);
  allow_thread_names(program);
  if (with_files) allow_times_of_open_files(program);
  add(program, BPF_JMP | BPF_JGE | BPF_K, FIRST_NEW_CALL, 0, 1);
  give(program, UNKNOWN);
  give(program, REFUSE);
}

int farm_has_call_filter(void) {
  unsigned verdict = SECCOMP_RET_KILL_PROCESS;
  return ARCHITECTURE != 0 && syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &verdict) == 0;
}

int farm_filter_calls(int with_files) {
  struct program program = {.count = 0};
  write_program(&program, with_files);
  if (ARCHITECTURE == 0 || program.is_cut) {
    errno = ENOSYS;
    return -1;
  }
  struct sock_fprog filter = {program.count, program.code};
  long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter);
  // With that flag it's the number of a thread that has a filter of its own.
  if (result > 0) errno = EBUSY;
  return result == 0 ? 0 : -1;
}
