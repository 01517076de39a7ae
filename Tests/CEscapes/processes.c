#define _GNU_SOURCE
#include "attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

static long ended(long pid) {
  if (pid == 0) _exit(0);
  if (pid > 0) waitpid((pid_t)pid, NULL, 0);
  return pid < 0 ? -1 : 0;
}

ATTEMPT(run_program) {
  UNUSED;
  char *arguments[] = {"true", NULL};
  return execve("/bin/true", arguments, environ);
}
ATTEMPT(run_descriptor) {
  UNUSED;
  char *arguments[] = {"true", NULL};
  return syscall(SYS_execveat, AT_FDCWD, "/bin/true", arguments, environ, 0);
}
ATTEMPT(spawn) {
  UNUSED;
  pid_t pid;
  char *arguments[] = {"true", NULL};
  errno = posix_spawn(&pid, "/bin/true", NULL, NULL, arguments, environ);
  return errno == 0 ? ended(pid) : -1;
}
ATTEMPT(fork_process) { UNUSED; return ended(fork()); }
ATTEMPT(clone_process) { UNUSED; return ended(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); }
ATTEMPT(clone_newly) {
  UNUSED;
  unsigned long arguments[8] = {[4] = SIGCHLD};
  return ended(syscall(435, arguments, sizeof arguments));
}
// Threads are possible: these ask for more than one.
ATTEMPT(clone_namespace) {
  UNUSED;
  return ended(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
}
#ifdef SYS_fork
ATTEMPT(fork_old) { UNUSED; return ended(syscall(SYS_fork)); }
ATTEMPT(fork_virtual) {
  UNUSED;
  // Not a child that shares this stack: an attempt that fails makes none, and the control isn't run.
  return syscall(SYS_vfork) < 0 ? -1 : 0;
}
#endif

ATTEMPT(signal_parent) { UNUSED; return kill(getppid(), 0); }
ATTEMPT(signal_thread) { UNUSED; return syscall(SYS_tgkill, getppid(), getppid(), 0); }
ATTEMPT(signal_all) { UNUSED; return kill(-1, 0); }
ATTEMPT(signal_queue) {
  UNUSED;
  return sigqueue(getppid(), 0, (union sigval){.sival_int = 0});
}
ATTEMPT(signal_handle) {
  UNUSED;
  int handle = (int)syscall(434, getppid(), 0);
  return handle < 0 ? -1 : syscall(424, handle, 0, NULL, 0);
}
ATTEMPT(own_descriptor) { UNUSED; return fcntl(STDERR_FILENO, F_SETOWN, getppid()); }
ATTEMPT(trace_parent) { UNUSED; return ptrace(PTRACE_SEIZE, getppid(), NULL, NULL); }
ATTEMPT(be_traced) { UNUSED; return ptrace(PTRACE_TRACEME, 0, NULL, NULL); }
ATTEMPT(read_parent) {
  UNUSED;
  char byte;
  struct iovec here = {&byte, 1}, there = {(void *)&environ, 1};
  return process_vm_readv(getppid(), &here, 1, &there, 1, 0) < 0 ? -1 : 0;
}

// MARK: - Networks, and other ways to somebody

ATTEMPT(socket_inet) { UNUSED; return made(socket(AF_INET, SOCK_STREAM, 0)); }
ATTEMPT(socket_inet6) { UNUSED; return made(socket(AF_INET6, SOCK_DGRAM, 0)); }
ATTEMPT(socket_unix) { UNUSED; return made(socket(AF_UNIX, SOCK_STREAM, 0)); }
ATTEMPT(socket_netlink) { UNUSED; return made(socket(AF_NETLINK, SOCK_RAW, 0)); }
ATTEMPT(socket_pair) {
  UNUSED;
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) return -1;
  return close(pair[0]) + close(pair[1]);
}
ATTEMPT(shared_memory) { UNUSED; return syscall(SYS_shmget, 0, 4096, 01600) < 0 ? -1 : 0; }
ATTEMPT(type_into_terminal) { UNUSED; return ioctl(STDERR_FILENO, TIOCSTI, "x"); }

const struct entry attempts_on_processes[] = {
    {"runProgram", run_program}, {"runDescriptor", run_descriptor}, {"spawn", spawn},
    {"fork", fork_process}, {"clone", clone_process}, {"cloneNewly", clone_newly},
    {"cloneNamespace", clone_namespace},
#ifdef SYS_fork
    {"forkOld", fork_old}, {"forkVirtual", fork_virtual},
#endif
    {"signalParent", signal_parent}, {"signalThread", signal_thread}, {"signalAll", signal_all},
    {"signalQueue", signal_queue}, {"signalHandle", signal_handle},
    {"ownDescriptor", own_descriptor}, {"traceParent", trace_parent}, {"beTraced", be_traced},
    {"readParent", read_parent},
    {"socketInet", socket_inet}, {"socketInet6", socket_inet6}, {"socketUnix", socket_unix},
    {"socketNetlink", socket_netlink}, {"socketPair", socket_pair},
    {"sharedMemory", shared_memory}, {"typeIntoTerminal", type_into_terminal},
    {NULL, NULL},
};
