#pragma once

#include "include/codec_status.h"

// Bytes that grow as an encoder writes. libjpeg's own memory destination loses track of its buffer when an
// error comes after it has grown.
typedef struct byte_buffer {
  uint8_t *data;
  size_t count, capacity;
} byte_buffer;

// Makes room for `more` bytes after `count`; false when there is no memory, with the old bytes intact.
bool byte_buffer_reserve(byte_buffer *buffer, size_t more);
