// A worker in C: squares numbers. The wire format is in WorkerFarm's documentation.
// For little-endian machines, as those that Swift runs on are.
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HELLO = 1, DECLARE, JOB, OUTPUT, FAILURE, MEMORY };
enum { THROWN = 1, UNDECODABLE = 2 };
enum { LIMIT = 1 << 20 };  // more than this worker is ever sent

struct header {
  uint32_t length;
  uint8_t kind, flags;
  uint16_t type;
  uint64_t id;
};

static int requests, replies;

static void give_up(const char *reason) {
  fprintf(stderr, "%s\n", reason);
  exit(1);
}

// False at the end of the input, if that comes before the first byte.
static int read_all(void *to, size_t count) {
  for (size_t done = 0; done < count;) {
    ssize_t now = read(requests, (char *)to + done, count - done);
    if (now == 0 && done == 0) return 0;
    if (now == 0) give_up("the pool is gone in the middle of a frame");
    if (now < 0 && errno != EINTR) give_up(strerror(errno));
    if (now > 0) done += (size_t)now;
  }
  return 1;
}

static void reply(int kind, uint64_t id, const void *payload, uint32_t count) {
  char bytes[sizeof(struct header) + 128];
  struct header header = {12 + count, (uint8_t)kind, 0, 0, id};
  memcpy(bytes, &header, sizeof header);
  memcpy(bytes + sizeof header, payload, count);
  for (size_t done = 0; done < sizeof header + count;) {
    ssize_t now = write(replies, bytes + done, sizeof header + count - done);
    if (now < 0 && errno != EINTR) give_up(strerror(errno));
    if (now > 0) done += (size_t)now;
  }
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

static void square(uint64_t id, const char *payload, uint32_t count) {
  uint64_t number;
  if (count != sizeof number) return fail(id, UNDECODABLE, "", "not eight bytes");
  memcpy(&number, payload, sizeof number);
  if (number >> 32 != 0) return fail(id, THROWN, "Overflow", "too large");
  number *= number;
  reply(OUTPUT, id, &number, sizeof number);
}

int main(void) {
  static char payload[LIMIT];
  struct { uint32_t magic; uint16_t version, flags; int32_t pid; uint32_t limit; } hello =
      {0x4D524146, 1, 0, getpid(), LIMIT};
  requests = dup(0);
  replies = dup(1);
  dup2(2, 1);  // what is printed must not get among the frames
  reply(HELLO, 0, &hello, sizeof hello);
  struct header header;
  while (read_all(&header, sizeof header)) {
    if (header.length < 12 || header.length > 12 + LIMIT) give_up("a frame of a wrong length");
    uint32_t count = header.length - 12;
    if (count > 0 && !read_all(payload, count)) give_up("half a frame");
    if (header.kind == JOB) square(header.id, payload, count);
    if (header.kind == HELLO && memcmp(payload, &hello, 6) != 0) give_up("no pool of version 1");
    if (header.kind != JOB && header.kind != HELLO && header.kind != DECLARE &&
        header.kind != MEMORY)
      give_up("a frame of unknown kind");
  }
}
