// Whether this is built with a sanitizer whose own terabytes of address space count against a limit on a process's
// memory, though nothing is in them: under any such limit no worker would get past its start.
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif
