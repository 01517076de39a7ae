#define _GNU_SOURCE
#include "CPosixSandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Numbers and layouts are the kernel's, which never change; a distribution's headers are often older than
// its kernel. The calls have these numbers on every architecture.
enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446 };
enum { ASK_VERSION = 1, RULE_PATH_BENEATH = 1 };

struct ruleset {
  uint64_t files;
  uint64_t network; // from version 4
  uint64_t scoped;  // from version 6
};

struct path_beneath {
  uint64_t allowed;
  int32_t descriptor;
} __attribute__((packed));

static const uint64_t WRITE_FILE = 1 << 1, READ_FILE = 1 << 2, READ_DIRECTORY = 1 << 3,
                      REMOVE_FILE = 1 << 5, MAKE_DIRECTORY = 1 << 7, MAKE_FILE = 1 << 8,
                      MOVE_OR_LINK = 1 << 13, TRUNCATE = 1 << 14;
static const uint64_t BIND_AND_CONNECT = 3, ABSTRACT_SOCKETS_AND_SIGNALS = 3;

const int farm_o_path = O_PATH;

int farm_landlock_abi(void) {
  long version = syscall(CREATE_RULESET, NULL, 0, ASK_VERSION);
  return version < 0 ? 0 : (int)version;
}

// Everything that is done to files: 13 rights at first, linking into other directories from version 2,
// truncation from 3, ioctl on devices from 5.
static uint64_t governed(int abi) {
  int rights = abi >= 5 ? 16 : abi >= 3 ? 15 : abi == 2 ? 14 : 13;
  return (1ull << rights) - 1;
}

int farm_landlock_create(int abi) {
  struct ruleset rules = {governed(abi), abi >= 4 ? BIND_AND_CONNECT : 0,
                          abi >= 6 ? ABSTRACT_SOCKETS_AND_SIGNALS : 0};
  // A kernel refuses fields that it doesn't know.
  size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
  return (int)syscall(CREATE_RULESET, &rules, size, 0);
}

int farm_landlock_allow(int rules, int abi, int descriptor, int may_write) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) return -1;
  uint64_t allowed = READ_FILE;
  if (may_write) allowed |= WRITE_FILE | TRUNCATE;
  // What only a directory can give, the kernel refuses for a file.
  if (S_ISDIR(status.st_mode)) {
    allowed |= READ_DIRECTORY;
    // No links, devices, FIFOs or sockets: nobody's output consists of these.
    if (may_write) allowed |= REMOVE_FILE | MAKE_DIRECTORY | MAKE_FILE | MOVE_OR_LINK;
  }
  struct path_beneath rule = {allowed & governed(abi), descriptor};
  return (int)syscall(ADD_RULE, rules, RULE_PATH_BENEATH, &rule, 0);
}

int farm_landlock_enforce(int rules) { return (int)syscall(RESTRICT_SELF, rules, 0); }
