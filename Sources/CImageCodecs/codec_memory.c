#include "include/codec_memory.h"

#include <stdlib.h>

void *codec_zeroed(size_t count, size_t size) { return calloc(count == 0 ? 1 : count, size); }

void codec_free(void *memory) { free(memory); }

void codec_bytes_free(codec_bytes bytes) { free(bytes.data); }
