// Attempts to do what a sandbox is to prevent, for tests, by the system call itself where a library might
// give up before it. Each gives 0 if it succeeded, else errno.
#pragma once

// `path` and `other` are what the attempt is about, where it's about files. -1 for a name that isn't known.
int escape_attempt(const char *name, const char *path, const char *other);

// The name of the attempt at an index, NULL behind the last; those about files first, if so wanted.
const char *escape_name(int index, int about_files);

// From now on, and in all programs started by this process, a system call fails with this errno value.
int escape_make_fail(const char *call, int code);

// A call as a program of another architecture makes it. Comes back only if it was allowed.
void escape_foreign_call(void);
