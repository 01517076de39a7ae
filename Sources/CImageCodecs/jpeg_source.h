#pragma once

#include "include/codec_status.h"
#include "libjpeg.h"

// libjpeg's view of bytes in memory. Unlike jpeg_mem_src it tells whether the decoder ran past the end.
typedef struct jpeg_source {
  struct jpeg_source_mgr manager;  // first: the callbacks get a pointer to it
  bool ended;
} jpeg_source;

void jpeg_source_init(jpeg_source *source, const uint8_t *bytes, size_t count);
