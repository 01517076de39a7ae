#pragma once

#include "include/codec_status.h"
#include "libjpeg.h"

enum {
  // Stretches of a file that a source can give one after the other. Progressive files have about ten scans,
  // the most elaborate ones some twenty.
  JPEG_SOURCE_STRETCHES = 64,
};

typedef struct jpeg_stretch {
  const uint8_t *start;
  size_t count;
} jpeg_stretch;

// libjpeg's view of bytes in memory. Unlike jpeg_mem_src it tells whether the decoder ran past the end, and
// can leave parts out.
typedef struct jpeg_source {
  struct jpeg_source_mgr manager;  // first: the callbacks get a pointer to it
  bool ended;
  // What comes after the bytes that the manager has.
  uint32_t next_stretch, stretch_count;
  jpeg_stretch stretches[JPEG_SOURCE_STRETCHES];
} jpeg_source;

void jpeg_source_init(jpeg_source *source, const uint8_t *bytes, size_t count);

// Gives the stretches in `source->stretches` in place of what the manager still has.
void jpeg_source_begin_stretches(jpeg_source *source, uint32_t count);
