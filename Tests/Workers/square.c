// A worker in C: squares numbers, and echoes bytes. The wire format is in WorkerFarm's documentation.
// For little-endian machines, as those that Swift runs on are.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HELLO = 1, DECLARE, JOB, OUTPUT, FAILURE, MEMORY };
enum { THROWN = 1, UNDECODABLE, UNSENDABLE, UNKNOWN_TYPE };
enum { LIMIT = 1 << 20 };  // the longest input

struct header {
  uint32_t length;
  uint8_t kind, flags;
  uint16_t type;
  uint64_t id;
};

static FILE *requests, *replies;
static uint32_t limit;          // what the pool accepts
static char declared[1 << 16];  // by number: the first letter of a type that is served, or 0

static void give_up(const char *reason) {
  fprintf(stderr, "%s\n", reason);
  exit(1);
}

// False at the end of the input, if that comes before the first byte.
static int read_all(void *to, size_t count) {
  size_t done = fread(to, 1, count, requests);
  if (done < count && (done > 0 || ferror(requests))) give_up("the pool is gone within a frame");
  return done == count;
}

static void reply(int kind, uint64_t id, const void *payload, uint32_t count) {
  struct header header = {12 + count, (uint8_t)kind, 0, 0, id};
  fwrite(&header, sizeof header, 1, replies);
  fwrite(payload, 1, count, replies);
  if (fflush(replies) != 0) give_up("the pool is gone");
}

// Both texts have at most 50 bytes.
static void fail(uint64_t id, uint8_t reason, const char *type, const char *text) {
  char payload[128] = {(char)reason};
  uint32_t lengths[] = {(uint32_t)strlen(type), (uint32_t)strlen(text)};
  memcpy(payload + 1, &lengths[0], 4);
  memcpy(payload + 5, type, lengths[0]);
  memcpy(payload + 5 + lengths[0], &lengths[1], 4);
  memcpy(payload + 9 + lengths[0], text, lengths[1]);
  reply(FAILURE, id, payload, 9 + lengths[0] + lengths[1]);
}

static void succeed(uint64_t id, const void *output, uint32_t count) {
  if (count > limit) return fail(id, UNSENDABLE, "", "over the pool's limit");
  reply(OUTPUT, id, output, count);
}

static void square(uint64_t id, const char *payload, uint32_t count) {
  uint64_t number;
  if (count != sizeof number) return fail(id, UNDECODABLE, "", "not eight bytes");
  memcpy(&number, payload, sizeof number);
  if (number >> 32 != 0) return fail(id, THROWN, "Overflow", "too large");
  number *= number;
  succeed(id, &number, sizeof number);
}

static char served(const char *name, uint32_t count) {
  if (count >= 6 && memcmp(name + count - 6, "Square", 6) == 0) return 'S';
  return count == 4 && memcmp(name, "echo", 4) == 0 ? 'e' : 0;
}

static void run(char type, uint64_t id, const char *payload, uint32_t count) {
  if (type == 0) return fail(id, UNKNOWN_TYPE, "", "only Square and echo are served");
  if (type == 'S') return square(id, payload, count);
  succeed(id, payload, count);
}

int main(void) {
  static char payload[LIMIT];
  struct { uint32_t magic; uint16_t version, flags; int32_t pid; uint32_t limit; } hello =
      {0x4D524146, 1, 0, getpid(), LIMIT};
  requests = fdopen(dup(0), "rb");
  replies = fdopen(dup(1), "wb");
  dup2(2, 1);  // what is printed must not get among the frames
  reply(HELLO, 0, &hello, sizeof hello);
  struct header header;
  while (read_all(&header, sizeof header)) {
    if (header.length < 12 || header.length > 12 + LIMIT) give_up("a frame of a wrong length");
    uint32_t count = header.length - 12;
    if (count > 0 && !read_all(payload, count)) give_up("half a frame");
    if (header.kind == HELLO && memcmp(payload, &hello, 6) != 0) give_up("no pool of version 1");
    if (header.kind == HELLO) memcpy(&limit, payload + 12, sizeof limit);
    if (header.kind == DECLARE) declared[header.type] = served(payload, count);
    if (header.kind == JOB) run(declared[header.type], header.id, payload, count);
    if (header.kind < HELLO || header.kind > MEMORY) give_up("a frame of unknown kind");
  }
}
