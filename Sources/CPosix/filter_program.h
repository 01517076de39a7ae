// Writes programs for the kernel's filter machine: a list of system calls, each allowed, or allowed under
// conditions. For call_filter.c alone.
#pragma once

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>

static const unsigned ALLOW = SECCOMP_RET_ALLOW, REFUSE = SECCOMP_RET_ERRNO | EPERM,
                      // As on a kernel older than the call: a C library then does what it did before.
                      UNKNOWN = SECCOMP_RET_ERRNO | ENOSYS;

struct program {
  struct sock_filter code[512];
  unsigned short count;
  // There was more than there's room for: the program says something else than was meant.
  int is_cut;
};

static void add(struct program *program, unsigned short code, unsigned k, unsigned char if_true,
                unsigned char if_false) {
  if (program->count == sizeof program->code / sizeof *program->code) {
    program->is_cut = 1;
    return;
  }
  program->code[program->count++] = (struct sock_filter){code, if_true, if_false, k};
}

static void load(struct program *program, size_t offset) {
  add(program, BPF_LD | BPF_W | BPF_ABS, (unsigned)offset, 0, 0);
}

static void give(struct program *program, unsigned verdict) {
  add(program, BPF_RET | BPF_K, verdict, 0, 0);
}

static void allow(struct program *program, const int *calls, size_t count) {
  for (size_t i = 0; i < count; i++) {
    add(program, BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i], 0, 1);
    give(program, ALLOW);
  }
}

// What follows up to `end_call` is about this call alone: conditions, each of which refuses what doesn't meet it.
static unsigned short begin_call(struct program *program, int call) {
  add(program, BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 0);
  return program->count;
}

static void end_call(struct program *program, unsigned short start) {
  give(program, ALLOW);
  program->code[start - 1].jf = (unsigned char)(program->count - start);
}

// Arguments have eight bytes, of which the kernel looks only at the lower half where they are ints.
static size_t lower_half(int argument) {
  return offsetof(struct seccomp_data, args) + 8 * (size_t)argument;
}

static void load_masked(struct program *program, int argument, unsigned mask) {
  load(program, lower_half(argument));
  add(program, BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
}

// The value loaded last must be one of two.
static void require_either(struct program *program, unsigned one, unsigned other) {
  add(program, BPF_JMP | BPF_JEQ | BPF_K, one, 2, 0);
  add(program, BPF_JMP | BPF_JEQ | BPF_K, other, 1, 0);
  give(program, REFUSE);
}

static void require(struct program *program, unsigned value) {
  require_either(program, value, value);
}

static void require_int(struct program *program, int argument, unsigned value) {
  load(program, lower_half(argument));
  require(program, value);
}

static void require_null(struct program *program, int argument) {
  require_int(program, argument, 0);
  load(program, lower_half(argument) + 4);
  require(program, 0);
}
