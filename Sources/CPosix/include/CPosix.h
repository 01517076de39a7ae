// What Glibc's Swift module hides: variadic calls, macros, GNU extensions, and C11 atomics on
// memory that two processes share. Each function is one call; failures are -1 and errno.
#pragma once

#include "CPosixSandbox.h"

#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// pipe2, eventfd, memfd_create and pidfd_open need _GNU_SOURCE.
int farm_pipe2(int descriptors[2], int flags);
int farm_eventfd(void);
int farm_memfd_create(const char *name);
int farm_pidfd_open(pid_t pid);

// O_TMPFILE, for the flags of `open`, is a GNU extension.
extern const int farm_o_tmpfile;

// POSIX_SPAWN_SETSID.
extern const int farm_spawn_setsid;

// fcntl is variadic, which Swift can't call.
int farm_duplicate_above(int descriptor, int lowest);
int farm_set_nonblocking(int descriptor);
int farm_set_pipe_size(int descriptor, int bytes);

// As writev(2) of two parts, of which the second may be empty; but a pipe without a reader is an error only, never a
// signal, whatever the host does with SIGPIPE.
ssize_t farm_write_quietly(
    int descriptor, const void *first, size_t first_count, const void *second, size_t second_count);

// The _np file action is hidden by Glibc's module map.
int farm_spawn_close_from(posix_spawn_file_actions_t *actions, int lowest);

// Fields of siginfo_t's union are macros.
typedef struct {
  int code;   // CLD_EXITED, CLD_KILLED or CLD_DUMPED; 0: not ended yet
  int status; // the exit status or the signal's number
} farm_wait_result;
// Looks without reaping (reap = 0) or reaps (reap = 1); never blocks.
int farm_wait(pid_t pid, int reap, farm_wait_result *result);

// prctl is variadic.
int farm_set_parent_death_signal(int signal_number);
int farm_disable_core_dumps(void);

// stdout is a variable that Swift 6 refuses to touch. A worker's stray prints come out line by line.
void farm_line_buffer_stdout(void);

// Asks for `signal_number` to be handled by a function that only arms a timer: after `grace`
// microseconds the process dies by that very signal. The job that runs has that long to end.
int farm_die_later_on(int signal_number, uint32_t grace_microseconds);

// Bounds what another process of ours may have of private writable memory. -1 with errno.
int farm_limit_memory(pid_t pid, uint64_t bytes);

// What a worker may use of the processors. `id` is a process or a thread, 0 for the calling thread.
int farm_add_niceness(pid_t id, int difference);
int farm_set_affinity(pid_t id, const int32_t *processors, size_t count);

// The _np file action is hidden by Glibc's module map.
int farm_spawn_change_directory(posix_spawn_file_actions_t *actions, const char *path);

// Memory that the jobs of the calling thread may use, -1 until it was set; see JobMemory.
void farm_set_thread_allowance(int64_t bytes);
int64_t farm_thread_allowance(void);

// pthread_setname_np is a GNU extension. Cut at 15 bytes.
void farm_name_thread(const char *name);

// sigaction's handler is a member of a union. 1 if the signal is ignored.
int farm_signal_is_ignored(int signal_number);

// ioctl is variadic. Columns of a terminal, or -1.
int farm_terminal_columns(int descriptor);
// Bytes that lie in a pipe, asked at either end, or -1.
int farm_unread_bytes(int descriptor);

// Processors this process may run on (sched_getaffinity), or -1.
int farm_affinity_count(void);

// A word in shared memory: written by a worker, read by the coordinator after its death.
void farm_store_release(void *address, uint64_t value);
uint64_t farm_load_acquire(const void *address);
