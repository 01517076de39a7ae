// Preloaded into the farm by the tests, in place of functions of the C library. It lies as the environment
// says, so that a fault comes at the same place on every machine:
//
// FAULT_CLOCK=realtime|monotonic  that clock jumps by years, to and fro, at every other look at it
// FAULT_INTERRUPT=1               of the calls that a signal may interrupt, half are interrupted
// FAULT_SHORT=1                   a read or write of more than 8 bytes transfers 7
// FAULT_NAMED=1                   no file system has nameless files
// FAULT_WRITE=K FAULT_ERROR=N     a worker's K-th write to a regular file fails with error number N; strace, which
//                                 can't tell files from the coordinator's eventfd, would make it lose a wake-up
// FAULT_CLOSE=K                   a worker's K-th close of a regular file that it wrote fails with EIO
// FAULT_RENAME=1                  a worker that renames a file is killed first
// FAULT_START=WAY                 a worker does what WAY says before its first word (see `misbehave`)
// FAULT_ONCE=DIRECTORY            what `poison-once-…` does is done by the first worker only
//
// And always: a worker that opens an input called `poison-WAY…` does what WAY says (see `misbehave`), and so does one
// that reads the bytes `poison-in-bytes-WAY` in one piece, from wherever.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static bool is_worker, interrupts, is_short, is_named, dies_of_renaming;
static int jumping_clock = -1, writes_left, write_error, closes_left;
static const char *once_directory;

static void misbehave(const char *way);

__attribute__((constructor)) static void read_environment(void) {
  is_worker = getenv("WORKER_FARM_COORDINATOR") != NULL;
  interrupts = getenv("FAULT_INTERRUPT") != NULL;
  is_short = getenv("FAULT_SHORT") != NULL;
  is_named = getenv("FAULT_NAMED") != NULL;
  dies_of_renaming = is_worker && getenv("FAULT_RENAME") != NULL;
  once_directory = getenv("FAULT_ONCE");
  const char *name = getenv("FAULT_CLOCK");
  if (name != NULL) {
    jumping_clock = strcmp(name, "realtime") == 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC;
  }
  const char *turn = getenv("FAULT_WRITE"), *error = getenv("FAULT_ERROR");
  if (is_worker && turn != NULL && error != NULL) {
    writes_left = atoi(turn);
    write_error = atoi(error);
  }
  const char *closing = getenv("FAULT_CLOSE");
  if (is_worker && closing != NULL) closes_left = atoi(closing);
  const char *way = getenv("FAULT_START");
  if (is_worker && way != NULL) misbehave(way);
}

#define ORIGINAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

// MARK: Workers that misbehave

// The replies' pipe: what can be written to above the standard descriptors.
static int reply_descriptor(void) {
  for (int descriptor = 5; descriptor < 64; descriptor++) {
    int flags = fcntl(descriptor, F_GETFL);
    struct stat status;
    if (flags == -1 || (flags & O_ACCMODE) != O_WRONLY) continue;
    if (fstat(descriptor, &status) == 0 && S_ISFIFO(status.st_mode)) return descriptor;
  }
  return -1;
}

static void reply(const void *bytes, size_t count) {
  if (ORIGINAL(write)(reply_descriptor(), bytes, count) < 0) abort();
}

static void complain(const char *text) {
  if (ORIGINAL(write)(STDERR_FILENO, text, strlen(text)) < 0) abort();
}

// Longer than any of the tests; a process that is left behind is found by them.
static void sleep_long(void) {
  for (;;) sleep(100000);
}

static void start_grandchild(void) {
  int descriptor = reply_descriptor();
  fcntl(descriptor, F_SETFD, 0);
  pid_t pid;
  char *arguments[] = {"sleep", "100000", NULL};
  // Without this library in it.
  char *environment[] = {"PATH=/usr/bin:/bin", NULL};
  if (posix_spawnp(&pid, "sleep", NULL, NULL, arguments, environment) != 0) abort();
}

static void take_memory(void) {
  const size_t piece = 1 << 20;
  // 2 GiB at most: more than any limit of the tests, and not all that a machine has.
  for (int count = 0; count < 2048; count++) {
    char *bytes = malloc(piece);
    if (bytes == NULL) {
      complain("no more memory for the leak\n");
      abort();
    }
    memset(bytes, count, piece);
  }
}

static void flood(void) {
  char line[1001];
  memset(line, '.', sizeof line);
  memcpy(line, "\033[31mflood\a", 11);
  line[sizeof line - 2] = '\n';
  line[sizeof line - 1] = 0;
  for (int count = 0; count < 3000; count++) complain(line);
}

static void misbehave(const char *way) {
  const unsigned char half_frame[] = {200, 0, 0, 0, 4, 0, 0};
  unsigned char garbage[333];
  memset(garbage, 0xA5, sizeof garbage);
  const unsigned char huge[] = {0xFF, 0xFF, 0xFF, 0xFF, 4, 0, 0, 0};
  const unsigned char unknown[16] = {12, 0, 0, 0, 4, 0, 0, 0, 0xEF, 0xBE, 0xAD, 0xDE};
  if (strncmp(way, "exit0", 5) == 0) _exit(0);
  if (strncmp(way, "exit7", 5) == 0) _exit(7);
  if (strncmp(way, "segv", 4) == 0) complain("about to touch what isn't there\n"), raise(SIGSEGV);
  if (strncmp(way, "ill", 3) == 0) raise(SIGILL);
  if (strncmp(way, "abort", 5) == 0) abort();
  if (strncmp(way, "kill", 4) == 0) raise(SIGKILL);
  if (strncmp(way, "half", 4) == 0) reply(half_frame, sizeof half_frame), raise(SIGKILL);
  if (strncmp(way, "silent", 6) == 0) reply(half_frame, sizeof half_frame), sleep_long();
  if (strncmp(way, "garbage", 7) == 0) reply(garbage, sizeof garbage), sleep_long();
  if (strncmp(way, "huge", 4) == 0) reply(huge, sizeof huge), sleep_long();
  if (strncmp(way, "unknown", 7) == 0) reply(unknown, sizeof unknown), sleep_long();
  if (strncmp(way, "sleep", 5) == 0) sleep_long();
  if (strncmp(way, "stop", 4) == 0) raise(SIGSTOP);
  if (strncmp(way, "floodabort", 10) == 0) flood(), abort();
  if (strncmp(way, "flood", 5) == 0) flood();
  if (strncmp(way, "leak", 4) == 0) take_memory();
  if (strncmp(way, "grandchild", 10) == 0) start_grandchild(), raise(SIGKILL);
  if (strncmp(way, "loop", 4) == 0) {
    for (volatile int forever = 1; forever;) {
    }
  }
}

static bool is_first(const char *name) {
  if (once_directory == NULL) return false;
  char path[4096];
  // Its thumbnails, which are looked for first, are called alike.
  int length = (int)strcspn(name, ".");
  snprintf(path, sizeof path, "%s/%.*s", once_directory, length, name);
  int mark = ORIGINAL(open)(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (mark >= 0) close(mark);
  return mark >= 0;
}

static void look_at(const char *path, int flags) {
  // A sandbox takes hold of its paths without reading anything.
  if (!is_worker || (flags & (O_ACCMODE | O_PATH)) != O_RDONLY) return;
  const char *slash = strrchr(path, '/');
  const char *name = slash == NULL ? path : slash + 1;
  if (strncmp(name, "poison-", 7) != 0) return;
  const char *way = name + 7;
  if (strncmp(way, "once-", 5) == 0) {
    if (!is_first(name)) return;
    way += 5;
  }
  misbehave(way);
}

// MARK: Calls that are interrupted, or do less than they might

// Not every other call: two that follow each other for ever would never both get through.
static __thread uint32_t dice = 1;

static bool is_interrupted(void) {
  if (!interrupts) return false;
  dice = dice * 1664525 + 1013904223;
  if (dice >> 31 == 0) return false;
  errno = EINTR;
  return true;
}

// An eventfd takes and gives 8 bytes or none.
static size_t shortened(size_t count) { return is_short && count > 8 ? 7 : count; }

static int open_any(int (*original)(const char *, int, ...), const char *path, int flags, mode_t mode) {
  look_at(path, flags);
  if (is_interrupted()) return -1;
  if (is_named && (flags & O_TMPFILE) == O_TMPFILE) {
    errno = EOPNOTSUPP;
    return -1;
  }
  return original(path, flags, mode);
}

static mode_t mode_of(int flags, va_list arguments) {
  bool makes = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return makes ? va_arg(arguments, mode_t) : 0;
}

int open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_any(ORIGINAL(open), path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_any(ORIGINAL(open64), path, flags, mode);
}

static void look_into(const char *bytes, ssize_t count) {
  static const char mark[] = "poison-in-bytes-";
  if (!is_worker || count < 0) return;
  const char *found = memmem(bytes, (size_t)count, mark, sizeof mark - 1);
  char way[16] = "";
  if (found == NULL) return;
  found += sizeof mark - 1;
  size_t rest = (size_t)(bytes + count - found);
  memcpy(way, found, rest < sizeof way - 1 ? rest : sizeof way - 1);
  misbehave(way);
}

ssize_t read(int descriptor, void *bytes, size_t count) {
  if (is_interrupted()) return -1;
  ssize_t result = ORIGINAL(read)(descriptor, bytes, shortened(count));
  look_into(bytes, result);
  return result;
}

ssize_t pread(int descriptor, void *bytes, size_t count, off_t offset) {
  if (is_interrupted()) return -1;
  return ORIGINAL(pread)(descriptor, bytes, shortened(count), offset);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
  struct stat status;
  if (is_interrupted()) return -1;
  if (writes_left > 0 && fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
      --writes_left == 0) {
    errno = write_error;
    return -1;
  }
  return ORIGINAL(write)(descriptor, bytes, shortened(count));
}

int poll(struct pollfd *entries, nfds_t count, int timeout) {
  if (is_interrupted()) return -1;
  return ORIGINAL(poll)(entries, count, timeout);
}

int waitid(idtype_t type, id_t id, siginfo_t *info, int options) {
  if (is_interrupted()) return -1;
  return ORIGINAL(waitid)(type, id, info, options);
}

// On Linux the descriptor is gone, whatever close says.
int close(int descriptor) {
  struct stat status;
  bool is_hit = closes_left > 0 && (fcntl(descriptor, F_GETFL) & O_ACCMODE) == O_WRONLY &&
                fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && --closes_left == 0;
  int result = ORIGINAL(close)(descriptor);
  if (is_hit) {
    errno = EIO;
    return -1;
  }
  return result == 0 && is_interrupted() ? -1 : result;
}

int rename(const char *from, const char *to) {
  if (dies_of_renaming) raise(SIGKILL);
  return ORIGINAL(rename)(from, to);
}

// MARK: Clocks that jump

static time_t jump(void) {
  static unsigned looks;
  const time_t year = 365 * 24 * 3600;
  unsigned look = __atomic_fetch_add(&looks, 1, __ATOMIC_RELAXED);
  // Not back: a machine may not have been up for a year.
  return look % 2 == 0 ? 0 : year;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int result = ORIGINAL(clock_gettime)(clock, now);
  bool jumps = clock == CLOCK_REALTIME ? jumping_clock == CLOCK_REALTIME
                                       : jumping_clock == CLOCK_MONOTONIC;
  if (result == 0 && jumps) now->tv_sec += jump();
  return result;
}

int gettimeofday(struct timeval *now, void *zone) {
  int result = ORIGINAL(gettimeofday)(now, zone);
  if (result == 0 && jumping_clock == CLOCK_REALTIME) now->tv_sec += jump();
  return result;
}

time_t time(time_t *now) {
  time_t result = ORIGINAL(time)(NULL);
  if (jumping_clock == CLOCK_REALTIME) result += jump();
  if (now != NULL) *now = result;
  return result;
}
