#define _GNU_SOURCE
#include "attempt.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

static long opened(const char *path, int flags) {
  return made(open(path, flags | O_CLOEXEC, 0600));
}

ATTEMPT(read_file) { (void)other; return opened(path, O_RDONLY); }
ATTEMPT(list_directory) { (void)other; return opened(path, O_RDONLY | O_DIRECTORY); }
ATTEMPT(create_file) { (void)other; return opened(path, O_WRONLY | O_CREAT | O_EXCL); }
ATTEMPT(write_file) { (void)other; return opened(path, O_WRONLY); }
ATTEMPT(open_newly) {
  (void)other;
  long how[3] = {O_RDONLY, 0, 0}; // openat2's struct
  return syscall(437, AT_FDCWD, path, how, sizeof how) < 0 ? -1 : 0;
}
ATTEMPT(truncate_file) { (void)other; return truncate(path, 0); }
ATTEMPT(remove_file) { (void)other; return unlink(path); }
ATTEMPT(remove_directory) { (void)other; return rmdir(path); }
ATTEMPT(rename_file) { return rename(path, other); }
ATTEMPT(exchange_files) { return renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_EXCHANGE); }
ATTEMPT(link_file) { return link(path, other); }
ATTEMPT(make_link) { return symlink(other, path); }
ATTEMPT(make_directory) { (void)other; return mkdir(path, 0700); }
ATTEMPT(make_fifo) { (void)other; return mkfifo(path, 0600); }
ATTEMPT(set_mode) { (void)other; return chmod(path, 0666); }
ATTEMPT(set_owner) { (void)other; return chown(path, geteuid(), getegid()); }
ATTEMPT(set_times) { (void)other; return utimensat(AT_FDCWD, path, NULL, 0); }
ATTEMPT(set_attribute) { (void)other; return setxattr(path, "user.farm", "x", 1, 0); }
ATTEMPT(change_directory) { (void)other; return chdir(path); }
ATTEMPT(look_at_file) {
  (void)other;
  struct stat status;
  return stat(path, &status);
}

const struct entry attempts_on_files[] = {
    {"read", read_file}, {"list", list_directory}, {"create", create_file}, {"write", write_file},
    {"openNewly", open_newly}, {"truncate", truncate_file}, {"remove", remove_file},
    {"removeDirectory", remove_directory}, {"rename", rename_file}, {"exchange", exchange_files},
    {"link", link_file}, {"makeLink", make_link}, {"makeDirectory", make_directory},
    {"makeFIFO", make_fifo}, {"setMode", set_mode}, {"setOwner", set_owner},
    {"setTimes", set_times}, {"setAttribute", set_attribute},
    {"changeDirectory", change_directory}, {"lookAt", look_at_file},
    {NULL, NULL},
};
