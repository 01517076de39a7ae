#include "byte_buffer.h"

#include <stdlib.h>

bool byte_buffer_reserve(byte_buffer *buffer, size_t more) {
  enum { SMALLEST = 16384 };  // holds most thumbnails at once
  if (more <= buffer->capacity - buffer->count) return true;
  if (more > SIZE_MAX / 2 - buffer->capacity) return false;
  size_t capacity = buffer->capacity * 2 + SMALLEST;
  if (capacity < buffer->count + more) capacity = buffer->count + more;
  uint8_t *data = realloc(buffer->data, capacity);
  if (data == NULL) return false;
  buffer->data = data;
  buffer->capacity = capacity;
  return true;
}
