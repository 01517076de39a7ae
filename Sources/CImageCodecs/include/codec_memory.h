#pragma once

#include "codec_status.h"

// Zeroed memory for `count` values, NULL when there is none or the product overflows.
void *codec_zeroed(size_t count, size_t size);
void codec_free(void *memory);
